"""Where networks are trained: the cut, the inputs, one training after the other, and the network that comes out."""

from __future__ import annotations

import copy
import json
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch

from regraft.backbones import Planes, cut_behind, keep_weights, load_network, stage_parameters
from regraft.core import OptionError, Value, atomic_path, cache_folder, digest_bytes, digest_file, own_file
from regraft.data import asked_of, has_own_validation
from regraft.finetuning import (
    CheckpointFolder,
    GraftedHead,
    GraftedNetwork,
    Journal,
    Task,
    Training,
    World,
    create_loss,
    discriminative_groups,
    kept_pages,
    network_scores,
    own_groups,
    rates_table,
)
from regraft.grafting.boundary import Boundary, Choice, keeps_statistics
from regraft.grafting.fits import Fit, Prepared
from regraft.grafting.inputs import TrainingInputs, ViewPlan
from regraft.grafting.records import CHECKPOINTS_FOLDER, TRAINING_PREFIX
from regraft.grafting.trained_networks import keep_trained

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import nn

    from regraft.backbones import BackboneSpec
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.experiments import DatasetFeatures, Sides
    from regraft.finetuning import StopRequest
    from regraft.grafting.finetune_options import FinetuneOptions
    from regraft.grafting.train_options import TuningOptions
    from regraft.heads import LinearHead

    Rows = NDArray[np.int64]

Decision = TypeVar("Decision", bound=Value)


class Workshop:
    """Trains networks on the images of one data set.

    Args:
        data: Its images and their penultimate features.
        options: How to train.
        world: The processes and devices.
        rows: The images that may be trained on or validated with.
        progress: Where to report.
        n_passes: How many trainings on all of `rows` the budget is for.
    """

    def __init__(
        self,
        data: DatasetFeatures,
        options: TuningOptions,
        world: World,
        rows: Rows,
        progress: Progress,
        *,
        n_passes: float = 1.0,
    ) -> None:
        self.n_passes = n_passes
        self.data, self.options, self.world, self.rows, self.progress = data, options, world, rows, progress
        self.cache = cache_folder()
        self._has_shown_rates = False
        self.seed = options.seed if options.training_seed is None else options.training_seed

    @cached_property
    def network(self) -> nn.Module:
        """The pretrained network without its classifier."""
        weights, _digest = keep_weights(self.data.spec, self.cache / "weights")
        return load_network(self.data.spec, weights, drop_path=self.options.drop_path)

    @cached_property
    def inputs(self) -> TrainingInputs:
        """What trainings are fed with."""
        return TrainingInputs(self.data, self.options, self.rows, self.seed, self.cache, self.progress)

    def prepare(self, folder: Path) -> Prepared:
        """Choose what is trained, once for a training: its folder remembers; and compute the inputs."""
        boundary = self._remembered(folder / "boundary.json", Boundary, self._boundary)
        plan = self._remembered(folder / "views.json", ViewPlan, lambda: self.inputs.plan(boundary))
        sentences = tuple(filter(None, (boundary.sentence, plan.sentence)))
        for sentence in sentences:
            self.say(sentence)
        return Prepared(boundary, self.inputs.feed(boundary, plan), sentences)

    def _boundary(self) -> Boundary:
        n_images = round(self.options.n_seen(len(self.rows)) * self.n_passes)
        with kept_pages():
            return Choice(self.network, self.data.spec, self.options, self.world.device, n_images).made()

    def _remembered(self, path: Path, kind: type[Decision], decide: Callable[[], Decision]) -> Decision:
        """What was decided for this training before, or is now, by one process for all."""
        if path.is_file():
            return kind.from_exact_json(path.read_bytes())
        decided: Decision = self.world.of_leader(decide())
        if self.world.rank == 0:
            with atomic_path(path) as aside:
                aside.write_text(decided.exact_json())
        return decided

    def say(self, text: str) -> None:
        """To the user, from one of the processes."""
        if self.world.rank == 0:
            self.progress.say(text)

    def tell(self, remarks: Sequence[Finding]) -> None:
        """What was decided about the data, before hours go into it."""
        for remark in remarks:
            if "validation" in remark.code or remark.code == "test_from_train":
                self.say(remark.message)

    def fit(
        self,
        prepared: Prepared,
        head: LinearHead,
        sides: Sides,
        options: FinetuneOptions,
        *,
        folder: Path | None = None,
        stop: StopRequest | None = None,
        name: str = "Training",
    ) -> Fit:
        """Train once, from the newest checkpoint in the folder on if there is one.

        Args:
            prepared: What is trained, and its inputs.
            head: The fitted head to begin with.
            sides: Images to train on and to judge by.
            options: How.
            folder: Of checkpoints and journal; None keeps neither.
            stop: Looked at between two steps.
            name: What the user is told that this training is.
        """
        boundary = prepared.boundary
        grafted = self._grafted(boundary, GraftedHead(head, self.data.features[sides.train], options.dropout))
        groups = (
            discriminative_groups(_stages(grafted.body, self.network), grafted.head, options)
            if options.groups is None
            else own_groups(options.groups, grafted, options)
        )
        journal = None if folder is None or self.world.rank else self._journal(folder)
        checkpoints = None if folder is None else CheckpointFolder(folder / CHECKPOINTS_FOLDER)
        labels = self.data.manifest.labels
        counts = np.bincount(labels[sides.train], minlength=head.n_classes)
        task = Task(
            network=grafted,
            groups=groups,
            feed=prepared.feed,
            labels=labels,
            train=sides.train,
            validation=sides.validation,
            loss=create_loss(options, head.n_classes, counts, balanced=options.class_weight == "balanced"),
            n_classes=head.n_classes,
            name=lambda row: self.data.manifest.paths[row],
        )
        training = Training(
            task,
            options,
            seed=self.seed,
            world=self.world,
            checkpoints=checkpoints,
            journal=journal,
            precision=boundary.precision,
            name=name,
        )
        said: tuple[str, ...] = ()
        if checkpoints is not None and (restored := checkpoints.load_latest()) is not None:
            training.restore(restored.tree)
            said = (*restored.skipped, f"Going on after step {restored.step:,} of {training.n_steps:,}.")
        elif journal is not None:
            self._begin(journal)
        for sentence in (*said, *(() if self._has_shown_rates else (rates_table(groups),))):
            self.say(sentence)
        self._has_shown_rates = True
        try:
            trained = training.run(self.progress, stop)
        finally:
            if journal is not None:
                journal.close()
        grafted.load_state_dict(trained.state)
        prefix = "body."
        state = {
            name.removeprefix(prefix): tensor.cpu() for name, tensor in trained.state.items() if name.startswith(prefix)
        }
        return Fit(
            trained,
            grafted.head.fitted(),
            sides,
            state,
            tuple(groups),
            said,
            sum(epoch.seconds for epoch in trained.history),
            folder,
        )

    def _journal(self, folder: Path) -> Journal:
        journal = Journal(folder)
        if self.options.histograms and not journal.has_tensorboard:
            raise OptionError("--histograms needs TensorBoard's writer: pip install 'regraft[tensorboard]'")
        return journal

    def _begin(self, journal: Journal) -> None:
        """An empty log, whatever a process that died before its first checkpoint left; and a picture of the inputs."""
        journal.rewind(-1)
        if journal.has_tensorboard and (sheet := self.inputs.sheet) is not None:
            journal.image("augmented inputs", sheet, 0)

    def scores(self, prepared: Prepared, fit: Fit, rows: Rows) -> NDArray[np.float32]:
        """Scores (m, k) that a trained network gives images as they are."""
        head = GraftedHead(fit.head, np.ones((1, 1), np.float32), 0.0)
        grafted = self._grafted(prepared.boundary, head)
        grafted.body.load_state_dict(fit.network_state)
        grafted = grafted.to(self.world.device).to(memory_format=torch.channels_last)
        return network_scores(grafted, prepared.feed, rows, self.world.device, precision=prepared.boundary.precision)

    def _grafted(self, boundary: Boundary, head: GraftedHead) -> GraftedNetwork:
        """A fresh copy of the pretrained part with a head on it."""
        spec = self.data.spec
        if boundary.cut is None:
            body = copy.deepcopy(self.network)
        else:
            body, _shape = cut_behind(self.network, boundary.cut, spec)
        return GraftedNetwork(
            body,
            head,
            planes=Planes(spec) if boundary.cut is None else None,
            keep_statistics=keeps_statistics(self.options, spec),
        )

    def keep(self, fit: Fit) -> BackboneSpec:
        """The whole network with what was trained, kept in the cache: a backbone like any other."""
        state = {**self.network.state_dict(), **fit.network_state}
        return keep_trained(self.data.spec, state, self.cache / "weights")


def training_folder(options: TuningOptions, source: str, data: DatasetFeatures) -> Path:
    """The folder of a training that is under way: the same for the same command on the same images and labels."""
    asked = asked_of(options, leave_out={"runs", "name", "checkpoint_every"})
    own_codes = [own_file(name) for name in options.own_code()]
    manifest = data.manifest
    rows = list(
        zip(manifest.paths, manifest.labels.tolist(), manifest.splits, manifest.groups, data.digests, strict=True)
    )
    parts = [
        type(options).__name__,
        source,
        asked,
        [None if path is None else digest_file(path) for path in own_codes],
        data.spec.digest,
        manifest.class_names,
        rows,
        *(["own validation"] if has_own_validation(manifest) else []),  # before, such images were trained on
    ]
    return options.runs / f"{TRAINING_PREFIX}{digest_bytes(json.dumps(parts).encode())[:16]}"


def _stages(part: nn.Module, whole: nn.Module) -> Sequence[tuple[str, list[tuple[str, nn.Parameter]]]]:
    """The trained part's parameters by stage, from the pixels on."""
    own = dict(part.named_parameters())
    stages = {
        stage: [(name, own[name]) for name, _parameter in parameters if name in own]
        for stage, parameters in stage_parameters(whole).items()
    }
    return [(stage, parameters) for stage, parameters in stages.items() if parameters]
