"""The loop: resuming is exact, epochs are judged, what goes wrong is explained."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain

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
from stopping_after import StopAfter


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


class Alone(World):
    """A rank whose others are not there: nothing is summed, and nobody is waited for."""

    def any(self, flag):
        return flag

    def add_numbers(self, *numbers):
        return numbers

    def of_leader(self, value):
        return value

    def add_gradients(self, network):
        pass

    def average_buffers(self, network):
        pass


def seen_by_rank(training):
    """The images that a rank's network is given in each step of a training: found by their activations."""
    views = [view.astype(np.float32) for epoch in (0, 1) for view in training.task.feed.views.of_epoch(epoch)]
    place = {row.tobytes(): number for view in views for number, row in enumerate(view)}
    steps = [[] for _step in range(training.n_steps)]

    def note(network, arguments):
        if network.training:
            rows = [place[row.numpy().tobytes()] for row in arguments[0].float()]
            steps[training.marks.step].extend(rows)

    training.task.network.register_forward_pre_hook(note)
    training.run(SilentProgress())
    return steps


@pytest.mark.parametrize(("size", "batch_size"), [(2, 9), (3, 8), (3, 4)])
def test_ranks_share_each_batch_of_the_same_order(size, batch_size, build):
    """Together the ranks are given the images of each batch of one process, each once, also where some get none."""
    settings = {"batch_size": batch_size, "epochs": 2, "ema": None}
    alone = seen_by_rank(build(world=Alone(), **settings))
    ranks = [seen_by_rank(build(world=Alone(rank, size), **settings)) for rank in range(size)]
    for whole, *parts in zip(alone, *ranks, strict=True):
        assert sorted(chain.from_iterable(parts)) == sorted(whole)
    for epoch in (alone[: len(alone) // 2], alone[len(alone) // 2 :]):
        assert sorted(chain.from_iterable(epoch)) == list(range(40))


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


class Watched(StopRequest):
    """Never stops; notes after each step which checkpoints there are."""

    def __init__(self, checkpoints):
        super().__init__()
        self.checkpoints, self.seen = checkpoints, []

    def __bool__(self):
        self.seen.append(self.checkpoints.newest_step)
        return False


@pytest.mark.parametrize(("seconds", "n_newest"), [(0.0, 2), (3600.0, 1)])
def test_checkpoints_are_not_written_at_every_step(seconds, n_newest, build, tmp_path):
    """One that is due is written; the next one waits for fifty times as long as it took, but for the last step's."""
    training = build(tmp_path, checkpoint_every=seconds, ema=None)
    watched = Watched(training.checkpoints)
    training.run(SilentProgress(), watched)
    newest = set(watched.seen) - {None} | {training.checkpoints.newest_step}
    assert max(newest) == training.n_steps
    assert n_newest <= len(newest) < training.n_steps / 2


@pytest.mark.parametrize(("rank", "n_written"), [(0, 1), (1, 0)])
def test_only_the_leader_writes_checkpoints(rank, n_written, build, tmp_path):
    """Of all processes the first."""
    training = build(tmp_path, world=Alone(rank, 2), ema=None)
    training.run(SilentProgress())
    assert len(training.checkpoints.steps) == n_written


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
