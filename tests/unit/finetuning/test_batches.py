"""How an epoch is dealt into batches."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from regraft.core import InterruptedRunError, SilentProgress
from regraft.finetuning import World
from regraft.finetuning.batches import deal_batches, regrouped
from stopping_after import StopAfter


@pytest.mark.parametrize(
    ("n_images", "batch_size", "at_least", "sizes"),
    [
        (96, 32, 2, (32, 32, 32)),
        (33, 32, 1, (32, 1)),
        (33, 32, 2, (17, 16)),
        (65, 32, 2, (32, 17, 16)),
        (34, 32, 2, (32, 2)),
        (4, 3, 2, (2, 2)),
        (5, 2, 2, (2, 3)),
        (3, 2, 2, (3,)),
        (5, 32, 2, (5,)),
        (1, 32, 2, (1,)),
        (3, 1, 1, (1, 1, 1)),
        (0, 32, 2, ()),
    ],
)
def test_only_a_rest_that_is_too_small_changes_anything(n_images, batch_size, at_least, sizes):
    """It is shared with the batch before it, or joins it; all other sizes are what they always were."""
    found = deal_batches(n_images, batch_size=batch_size, at_least=at_least)
    assert found.sizes == sizes
    assert sum(found.sizes) == n_images


def test_steps_of_several_batches_know_where_they_begin():
    """33 images in batches of 8, two of which make a step."""
    found = deal_batches(33, batch_size=8, accumulate=2, at_least=2)
    assert found.sizes == (8, 8, 8, 5, 4)
    assert found.n_steps == 3
    assert [found.n_before(step) for step in range(4)] == [0, 16, 29, 33]
    assert found.of_step(1) == (8, 5)


def test_tensors_are_regrouped_in_their_order():
    """Rows stay as they are; a tensor that fits is the very same memory."""
    rows = torch.arange(33 * 2).view(33, 2)
    parts = list(torch.split(rows, 8))
    found = list(regrouped(parts, (8, 8, 8, 5, 4)))
    assert [len(part) for part in found] == [8, 8, 8, 5, 4]
    assert torch.equal(torch.cat(found), rows)
    assert found[0].data_ptr() == parts[0].data_ptr()


@pytest.mark.parametrize("settings", [(13, 1), (39, 1), (3, 1), (13, 2), (13, 3), (3, 4)])
def test_batch_norm_never_meets_a_single_image(settings, build):
    """40 images leave a rest of one: each image is seen once an epoch all the same, and the training ends."""
    batch_size, accumulate = settings
    training = build(batch_size=batch_size, accumulate=accumulate, epochs=2)
    seen = []
    take = training.stepper.take

    def note(step, factor, batches, inputs, n_images):
        seen.append((n_images, batches))
        return take(step, factor, batches, inputs, n_images)

    training.stepper.take = note
    trained = training.run(SilentProgress())
    assert len(seen) == trained.n_steps == 2 * trained.steps_an_epoch == 2 * -(-40 // (batch_size * accumulate))
    assert all(len(batch) > 1 for _n_images, batches in seen for batch in batches)
    assert all(n_images == sum(map(len, batches)) for n_images, batches in seen)
    for epoch in (seen[: trained.steps_an_epoch], seen[trained.steps_an_epoch :]):
        rows = np.concatenate([batch for _n_images, batches in epoch for batch in batches])
        assert sorted(rows) == list(range(40))


@pytest.mark.parametrize("n_steps", [1, 2, 3, 4])
def test_a_training_stopped_within_shared_batches_ends_as_if_it_had_not(n_steps, build, tmp_path):
    """Batches of 13, 13, 7 and 7."""
    expected = build(tmp_path / "whole", batch_size=13).run(SilentProgress())
    with pytest.raises(InterruptedRunError):
        build(tmp_path / "parts", batch_size=13).run(SilentProgress(), StopAfter(n_steps))
    again = build(tmp_path / "parts", batch_size=13)
    again.restore(again.checkpoints.load_latest().tree)
    trained = again.run(SilentProgress())
    for name, tensor in expected.state.items():
        assert torch.equal(trained.state[name], tensor)


def test_a_batch_too_small_for_all_processes_goes_to_some():
    """Three images for two or more processes: where two are needed, the first process takes all."""
    rows = np.arange(3)
    shares = [World(rank, 2).share(rows, at_least=2).tolist() for rank in range(2)]
    assert shares == [[0, 1, 2], []]
    assert [World(rank, 2).share(rows).tolist() for rank in range(2)] == [[0, 2], [1]]
    four = [World(rank, 3).share(np.arange(4), at_least=2).tolist() for rank in range(3)]
    assert four == [[0, 2], [1, 3], []]
