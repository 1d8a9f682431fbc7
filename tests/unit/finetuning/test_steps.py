"""One step: batches added, computed in parts where memory is short, or compiled."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from regraft.core import SilentProgress, TrainingError


def test_accumulated_batches_are_one_large_batch(build):
    """Without dropout and batch norm's statistics, two batches of 4 make the step of one of 8."""
    states = []
    for settings in ({"batch_size": 8}, {"batch_size": 4, "accumulate": 2}):
        training = build(dropout=0.0, ema=None, epochs=1, **settings)
        training.stepper.network.keep_statistics = True
        states.append(training.run(SilentProgress()).state)
    for one, other in zip(*map(dict.values, states), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


class Hungry(nn.Module):
    """A body that needs more memory than there is for more than some images, in the words of torch's allocator."""

    def __init__(self, body, n_images):
        super().__init__()
        self.body, self.n_images = body, n_images
        self.seen = []

    def forward(self, inputs):
        if self.training:
            self.seen.append(len(inputs))
        if self.training and len(inputs) > self.n_images:
            raise RuntimeError(
                "[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory: you tried"
            )
        return self.body(inputs)


class Listener(SilentProgress):
    """Keeps what is said."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


def test_where_memory_runs_out_a_batch_is_computed_in_parts(build):
    """It is said, once for each halving, and the weights that come out are the same."""
    states, listener = [], Listener()
    for n_images in (8, 2):
        training = build(dropout=0.0, ema=None, epochs=1)
        training.stepper.network.keep_statistics = True
        training.stepper.network.body = Hungry(training.stepper.network.body, n_images)
        states.append(training.run(listener).state)
    assert [text.split("parts of ")[1][0] for text in listener.said] == ["4", "2"]
    for one, other in zip(*map(dict.values, states), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("keep_statistics", "what"), [(True, "a single image"), (False, "two images")])
def test_one_image_that_does_not_fit_is_an_error_with_advice(keep_statistics, what, build):
    """Nothing is left to halve; statistics of batch norm need two."""
    training = build()
    training.stepper.network.keep_statistics = keep_statistics
    training.stepper.network.body = Hungry(training.stepper.network.body, 0)
    with pytest.raises(TrainingError, match=rf"not enough memory to train on {what}.*--from-stage"):
        training.run(SilentProgress())


def test_other_errors_are_not_taken_for_lack_of_memory(build):
    """A bug in a network is shown as it is."""
    training = build()
    training.stepper.network.body = nn.Linear(99, 8)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        training.run(SilentProgress())


def test_parts_of_a_batch_are_never_a_single_image(build):
    """Where batch norm computes statistics: 7 images of which 3 fit at once are 2, 2 and 3."""
    training = build(epochs=1, batch_size=7)
    hungry = Hungry(training.stepper.network.body, 3)
    training.stepper.network.body = hungry
    training.run(SilentProgress())
    learnt = [n_images for n_images in hungry.seen if n_images <= 3]
    assert learnt == [2, 2, 3] * 5 + [2, 3]


@pytest.mark.slow
def test_a_compiled_training_learns_the_same(build, tmp_path):
    """Up to rounding; its checkpoints are those of any other training."""
    settings = {"epochs": 1, "dropout": 0.0, "optimizer": "sgd", "learning_rate": 0.01}
    expected = build(**settings).run(SilentProgress())
    compiled = build(tmp_path, **settings, compile=True)
    trained = compiled.run(SilentProgress())
    for name, tensor in expected.state.items():
        torch.testing.assert_close(trained.state[name], tensor, rtol=1e-3, atol=1e-4)
    build(tmp_path, **settings).restore(compiled.checkpoints.load_latest().tree)
