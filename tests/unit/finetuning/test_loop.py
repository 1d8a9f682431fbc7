"""The loop: resuming is exact, epochs are judged, what goes wrong is explained."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from regraft.core import InterruptedRunError, SilentProgress, TrainingError, digest_bytes
from regraft.finetuning import (
    KeptViews,
    StopRequest,
    World,
    read_journal,
)


class StopAfter(StopRequest):
    """A request that comes after some looks."""

    def __init__(self, n_looks):
        super().__init__()
        self.n_looks = n_looks

    def __bool__(self):
        self.n_looks -= 1
        return self.n_looks < 0


def digest(trained):
    """One text for the weights and everything else that was learnt."""
    weights = b"".join(tensor.numpy().tobytes() for tensor in trained.state.values())
    return digest_bytes(weights + trained.scores.tobytes()), trained.best_epoch


@pytest.mark.parametrize("n_steps", [0, 1, 4, 5, 9, 13])
def test_a_training_that_was_stopped_ends_as_if_it_had_not(n_steps, build, tmp_path):
    """Stopped after any step, also at an epoch's end, and taken up by another process's objects."""
    expected = build(tmp_path / "whole").run(SilentProgress())
    with pytest.raises(InterruptedRunError, match="run the same command again"):
        build(tmp_path / "parts").run(SilentProgress(), StopAfter(n_steps))
    again = build(tmp_path / "parts")
    restored = again.checkpoints.load_latest()
    assert restored.step == n_steps + 1
    again.restore(restored.tree)
    assert digest(again.run(SilentProgress())) == digest(expected)
    logs = [
        [{name: value for name, value in entry.items() if name != "seconds"} for entry in read_journal(tmp_path / part)]
        for part in ("whole", "parts")
    ]
    assert logs[0] == logs[1]


@pytest.mark.parametrize("size", [2, 3])
def test_ranks_share_each_batch_of_the_same_order(size, build):
    """Together the ranks see the images that one process sees, batch by batch."""
    alone = build()
    ranks = [build(world=World(rank, size)) for rank in range(size)]
    for epoch in range(2):
        order = alone.order(epoch)
        for start in range(0, len(order), 8):
            batch = order[start : start + 8]
            parts = [training.world.share(training.order(epoch)[start : start + 8]) for training in ranks]
            assert sorted(np.concatenate(parts).tolist()) == sorted(batch.tolist())


@pytest.mark.parametrize(("size", "batch_size"), [(2, 9), (3, 8), (3, 2)])
def test_inputs_of_a_rank_are_those_of_its_rows(size, batch_size, build):
    """Also where the ranks have different numbers of images of a batch, or none."""
    for rank in range(size):
        training = build(world=Alone(rank, size), batch_size=batch_size, ema=None)
        seen = []
        training.stepper.take = lambda _step, _factor, batches, inputs, _n, seen=seen: (
            seen.append([(rows, next(inputs).numpy()) for rows in batches if len(rows)]) or (0.0, 0)
        )
        list(training._steps_of_epoch())
        views = training.task.feed.views.of_epoch(0)
        for rows, inputs in (pair for step in seen for pair in step):
            assert len(rows) == len(inputs)
            for row, values in zip(rows, inputs, strict=True):
                assert any(np.array_equal(view[row].astype(np.float32), values) for view in views)


class Noted(SilentProgress):
    """Keeps what it is told for good."""

    def __init__(self):
        self.lines = []

    def mark(self, number, n_total, text):
        """A milestone."""
        self.lines.append((number, n_total, text))

    def say(self, text):
        """A sentence."""
        self.lines.append(text)


def test_each_epoch_is_a_milestone(build):
    """The start is one, too; each says loss and accuracy on both sides."""
    noted = Noted()
    build(epochs=2).run(noted)
    assert [line[:2] for line in noted.lines] == [(0, 2), (1, 2), (2, 2)]
    assert re.fullmatch(r"start: validation loss [\d.]+, [\d.]+ % right", noted.lines[0][2])
    pattern = r"epoch 2 of 2: loss [\d.]+, [\d.]+ % right; validation loss [\d.]+, [\d.]+ % right( \(best so far\))?"
    assert re.fullmatch(pattern, noted.lines[2][2])


def test_an_early_end_is_said(build):
    """With the option that asked for it."""
    noted = Noted()
    build(learning_rate=3.0, epochs=30, patience=2, ema=None, schedule="fixed", warmup=0.0).run(noted)
    assert noted.lines[-1] == "Training ends here: --patience 2 epochs have not been better."


class Alone(World):
    """A rank whose others are not there."""

    def any(self, flag):
        """What this one says."""
        return flag


def test_only_the_leader_writes_checkpoints_and_not_at_every_step(build, tmp_path, monkeypatch):
    """One that was due is written once, by rank 0; the others do not ask for it."""
    for rank, expected in ((0, [1]), (1, [])):
        training = build(tmp_path / str(rank), world=Alone(rank, 2), ema=None)
        saved = []
        monkeypatch.setattr(
            training.checkpoints, "save", lambda step, *_rest, saved=saved, **_score: saved.append(step)
        )
        training._saved_at -= 60
        for step in (1, 2, 3):
            training.marks.step = step
            training._save_if_cheap()
        assert saved == expected


def test_a_stop_before_the_first_step_judges_the_start_once(build, tmp_path):
    """A training that waits for its views can be stopped, and ends as one that was not."""
    expected = build(tmp_path / "whole").run(SilentProgress())
    first = build(tmp_path / "parts")
    first.task = replace(first.task, feed=replace(first.task.feed, views=Late(())))
    with pytest.raises(InterruptedRunError, match="after step 0"):
        first.run(SilentProgress(), StopAfter(0))
    again = build(tmp_path / "parts")
    again.restore(again.checkpoints.load_latest().tree)
    assert digest(again.run(SilentProgress())) == digest(expected)
    numbers = [entry["number"] for entry in read_journal(tmp_path / "parts") if entry["kind"] == "epoch"]
    assert numbers == [0, 1, 2, 3]


class Late(KeptViews):
    """Views that do not come."""

    def is_ready(self, _epoch):
        """Never."""
        return False


def test_the_best_epoch_is_kept_and_patience_ends(build):
    """With a rate that ruins everything no epoch is better than the start, and that is what comes out."""
    trained = build(learning_rate=3.0, epochs=30, patience=2, ema=None, schedule="fixed", warmup=0.0).run(
        SilentProgress()
    )
    assert len(trained.history) < 30
    losses = [epoch.validation_loss for epoch in trained.history]
    assert trained.best_epoch == int(np.argmin(losses)) == 0
    assert [epoch.number for epoch in trained.history] == [0, 1, 2]
    for name, tensor in build().stepper.network.state_dict().items():
        torch.testing.assert_close(trained.state[name], tensor)


def test_a_loss_that_is_no_number_is_explained(build, tmp_path):
    """Step, images, rate and likely cause; the state before is kept."""

    def poisoned(view):
        view = view.copy()
        view[7] = np.nan
        return view

    with pytest.raises(TrainingError, match=r"The loss of step \d+ is no number.*image.*inputs themselves"):
        build(tmp_path, activations=poisoned).run(SilentProgress())
