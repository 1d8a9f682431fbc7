"""One training: what goes into it, how it is carried out or taken up again, and what comes out."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from regraft.finetuning import (
    GraftedHead,
    Journal,
    Task,
    Training,
    create_loss,
    network_scores,
    rates_table,
)
from regraft.grafting.records import open_checkpoints
from regraft.grafting.tails import group_parameters, grow_tail
from regraft.grafting.trained_networks import body_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.experiments import Sides
    from regraft.finetuning import ParameterGroup, StopRequest, Trained
    from regraft.grafting.finetune_options import FinetuneOptions
    from regraft.grafting.preparation import Prepared
    from regraft.grafting.setup import Setup
    from regraft.heads import LinearHead


@dataclass(frozen=True, eq=False)
class Job:
    """What distinguishes a training from others with the same setup.

    Attributes:
        head: The fitted head to begin with.
        sides: Images to train on and to judge the epochs by.
        options: How.
        folder: Of its checkpoints and its journal.
        name: What the user is told that it is.
        shows_rates: Whether the user is shown the table of learning rates.
    """

    head: LinearHead
    sides: Sides
    options: FinetuneOptions
    folder: Path
    name: str = "Training"
    shows_rates: bool = True


@dataclass(frozen=True, eq=False)
class Fit:
    """A finished training.

    Attributes:
        trained: Its end.
        head: The trained head, uncalibrated.
        sides: What it was trained on, and what judged the epochs.
        network_state: The tensors of the trained part, by the whole network's names.
        rates: The table of learning rates.
        resumed: What a resumed training says of its checkpoint.
        seconds: What its epochs took, also those before an interruption.
        folder: Of its journal.
    """

    trained: Trained
    head: LinearHead
    sides: Sides
    network_state: dict[str, torch.Tensor]
    rates: tuple[ParameterGroup, ...]
    resumed: tuple[str, ...]
    seconds: float
    folder: Path


def fit(setup: Setup, prepared: Prepared, job: Job, stop: StopRequest | None = None) -> Fit:
    """Train, from the newest checkpoint in the job's folder on if there is one.

    Args:
        setup: What trainings on the data set have in common.
        prepared: The cut, and the inputs.
        job: Which training.
        stop: Looked at between two steps.

    Raises:
        InterruptedRunError: A stop was asked for; the state is kept.
        TrainingError: The loss is no number any more.
    """
    task = _build_task(setup, prepared, job)
    journal = None if setup.world.rank else Journal(job.folder)
    training = Training(
        task,
        job.options,
        seed=setup.seed,
        world=setup.world,
        checkpoints=open_checkpoints(job.folder),
        journal=journal,
        precision=prepared.boundary.precision,
        name=job.name,
    )
    resumed = _take_up(training)
    if journal is not None and not resumed:
        _begin(journal, prepared)
    for sentence in (*resumed, *((rates_table(task.groups),) if job.shows_rates else ())):
        setup.say(sentence)
    with nullcontext() if journal is None else closing(journal):
        trained = training.run(setup.progress, stop)
    return _finished(task, trained, job, resumed)


def score(setup: Setup, prepared: Prepared, fit: Fit, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Scores (m, k) that a trained network gives images as they are.

    Args:
        setup: What was trained on what.
        prepared: Where it is cut, and its inputs.
        fit: The training.
        rows: (m,) of the images.
    """
    tail = grow_tail(setup, prepared.boundary, GraftedHead(fit.head, np.ones((1, 1), np.float32), 0.0))
    tail.body.load_state_dict(fit.network_state)
    tail = tail.to(setup.world.device).to(memory_format=torch.channels_last)
    return network_scores(tail, prepared.feed, rows, setup.world.device, precision=prepared.boundary.precision)


def _build_task(setup: Setup, prepared: Prepared, job: Job) -> Task:
    head, sides, options, manifest = job.head, job.sides, job.options, setup.data.manifest
    tail = grow_tail(setup, prepared.boundary, GraftedHead(head, setup.data.features[sides.train], options.dropout))
    counts = np.bincount(manifest.labels[sides.train], minlength=head.n_classes)
    return Task(
        network=tail,
        groups=group_parameters(tail, setup.network, options),
        feed=prepared.feed,
        labels=manifest.labels,
        train=sides.train,
        validation=sides.validation,
        loss=create_loss(options, head.n_classes, counts, balanced=options.class_weight == "balanced"),
        n_classes=head.n_classes,
        name=lambda row: manifest.paths[row],
    )


def _finished(task: Task, trained: Trained, job: Job, resumed: tuple[str, ...]) -> Fit:
    task.network.load_state_dict(trained.state)
    return Fit(
        trained=trained,
        head=task.network.head.fitted(),
        sides=job.sides,
        network_state={name: tensor.cpu() for name, tensor in body_of(trained.state).items()},
        rates=tuple(task.groups),
        resumed=resumed,
        seconds=sum(epoch.seconds for epoch in trained.history),
        folder=job.folder,
    )


def _take_up(training: Training) -> tuple[str, ...]:
    """Go on from the newest checkpoint; what is to be said of it, nothing where there is none."""
    restored = None if training.checkpoints is None else training.checkpoints.load_together(training.world)
    if restored is None:
        return ()
    training.restore(restored.tree)
    return (*restored.skipped, f"Going on after step {restored.step:,} of {training.n_steps:,}.")


def _begin(journal: Journal, prepared: Prepared) -> None:
    """An empty log, whatever a process that died before its first checkpoint left; and a picture of the inputs."""
    journal.rewind(-1)
    if journal.has_tensorboard and prepared.sheet is not None:
        journal.image("augmented inputs", prepared.sheet, 0)
