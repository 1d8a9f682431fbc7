"""The loop: resuming is exact, epochs are judged, what goes wrong is explained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from regraft.core import InterruptedRunError, SilentProgress, TrainingError, digest_bytes
from regraft.finetuning import (
    ActivationFeed,
    CheckpointFolder,
    GraftedHead,
    GraftedNetwork,
    Journal,
    KeptViews,
    StopRequest,
    Task,
    Training,
    TrainingOptions,
    World,
    create_loss,
    discriminative_groups,
    read_journal,
)
from regraft.heads import LinearHead

N_IMAGES, N_FEATURES, N_CLASSES = 50, 6, 3


@pytest.fixture
def build():
    """Makes a training of a small network with batch norm and dropout on random activations."""

    def training(folder=None, world=None, activations=None, **settings):
        rng = np.random.default_rng(0)
        labels = rng.integers(0, N_CLASSES, N_IMAGES)
        views = [rng.normal(labels[:, None], 1.0, (N_IMAGES, N_FEATURES)).astype(np.float16) for _ in range(3)]
        if activations is not None:
            views = [activations(view) for view in views]
        torch.manual_seed(0)
        body = nn.Sequential(nn.Linear(N_FEATURES, 8), nn.BatchNorm1d(8), nn.ReLU())
        weights = rng.normal(size=(N_CLASSES, 8)).astype(np.float32)
        head = LinearHead(
            "softmax",
            is_row_normalised=True,
            coef=weights,
            intercept=np.zeros(N_CLASSES, np.float32),
            temperature=0.5,
            n_inputs=8,
        )
        options = TrainingOptions.of(None, {"epochs": 3, "batch_size": 8, "ema": 0.9, "dropout": 0.3, **settings})
        network = GraftedNetwork(
            body,
            GraftedHead(head, np.ones((4, 8), np.float32), options.dropout),
            normalisation=None,
            keep_statistics=False,
        )
        task = Task(
            network=network,
            groups=discriminative_groups([("body", list(body.named_parameters()))], network.head, options),
            feed=ActivationFeed(views[0], KeptViews(tuple(views[1:])), (N_FEATURES,), 0),
            labels=labels,
            train=np.arange(40),
            validation=np.arange(40, 50),
            loss=create_loss(options, N_CLASSES, np.bincount(labels)),
            n_classes=N_CLASSES,
            name=lambda row: f"image {row}",
        )
        return Training(
            task,
            options,
            seed=1,
            world=world or World(),
            checkpoints=None if folder is None else CheckpointFolder(folder / "checkpoints"),
            journal=None if folder is None else Journal(folder),
        )

    return training


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


def test_accumulated_batches_are_one_large_batch(build):
    """Without dropout and batch norm's statistics, two batches of 4 make the step of one of 8."""
    states = []
    for settings in ({"batch_size": 8}, {"batch_size": 4, "accumulate": 2}):
        training = build(dropout=0.0, ema=None, epochs=1, **settings)
        training.stepper.network.keep_statistics = True
        states.append(training.run(SilentProgress()).state)
    for one, other in zip(*map(dict.values, states), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("is_row_normalised", [True, False])
def test_the_grafted_head_says_what_the_fitted_one_said(is_row_normalised):
    """Linear probing first: the training begins at the probe, exactly, and gives a head of the same form back."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(20, 5)).astype(np.float32)
    head = LinearHead(
        "svm", is_row_normalised, rng.normal(size=(3, 5)).astype(np.float32), np.ones(3, np.float32), 0.3, 5
    )
    grafted = GraftedHead(head, features, 0.2).eval()
    with torch.no_grad():
        scores = grafted(torch.from_numpy(features)).numpy()
    expected = head.probabilities(head.scores(features))
    np.testing.assert_allclose(head.probabilities(0.3 * scores), expected, atol=1e-5)
    back = grafted.fitted()
    np.testing.assert_allclose(back.probabilities(back.scores(features)), expected, atol=1e-5)


class Hungry(nn.Module):
    """A body that needs more memory than there is for more than some images, in the words of torch's allocator."""

    def __init__(self, body, n_images):
        super().__init__()
        self.body, self.n_images = body, n_images

    def forward(self, inputs):
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


def test_one_image_that_does_not_fit_is_an_error_with_advice(build):
    """Nothing is left to halve."""
    training = build()
    training.stepper.network.body = Hungry(training.stepper.network.body, 0)
    with pytest.raises(TrainingError, match=r"not enough memory to train on a single image.*--from-stage"):
        training.run(SilentProgress())


def test_other_errors_are_not_taken_for_lack_of_memory(build):
    """A bug in a network is shown as it is."""
    training = build()
    training.stepper.network.body = nn.Linear(99, 8)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        training.run(SilentProgress())


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


def test_histograms_and_pictures_are_for_tensorboard(build, tmp_path):
    """With --histograms, one of each tensor after each epoch; scalars in any case."""
    training = build(tmp_path, epochs=2, histograms=True)
    training.journal.image("augmented inputs", np.zeros((4, 6, 3), np.uint8), 0)
    training.run(SilentProgress())
    training.journal.close()
    values = [value for path in (tmp_path / "tensorboard").iterdir() for value in event_values(path)]
    kinds = {value.tag: value.WhichOneof("value") for value in values}
    assert kinds["weights/head.linear.weight"] == "histo"
    assert kinds["augmented_inputs"] == "image"
    assert kinds["step/loss"] == kinds["step/learning_rate"] == "simple_value"
    assert sum(value.tag == "weights/body.0.weight" for value in values) == 2


def event_values(path):
    """What an event file holds: records of length, checksum, event, checksum."""
    from tensorboardX.proto.event_pb2 import Event

    content, place = path.read_bytes(), 0
    while place < len(content):
        length = int.from_bytes(content[place : place + 8], "little")
        yield from Event.FromString(content[place + 12 : place + 12 + length]).summary.value
        place += length + 16
