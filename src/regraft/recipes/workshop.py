"""Where networks are trained: the cut, the inputs, one training after the other, and the network that comes out."""

from __future__ import annotations

import copy
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from regraft.backbones import WeightsSource, cut_behind, keep_weights, load_network, stage_parameters
from regraft.core import atomic_path, cache_folder, digest_bytes
from regraft.features import build_extractor
from regraft.finetuning import (
    ActivationFeed,
    CheckpointFolder,
    GraftedHead,
    GraftedNetwork,
    Journal,
    PixelFeed,
    Task,
    Training,
    World,
    create_loss,
    discriminative_groups,
    kept_pages,
    network_scores,
)
from regraft.images import AUGMENTATIONS, View
from regraft.recipes.boundary import Boundary, Choice
from regraft.recipes.fits import Fit, Prepared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import nn

    from regraft.backbones import BackboneSpec
    from regraft.core import Progress
    from regraft.finetuning import Feed, StopRequest
    from regraft.heads import LinearHead
    from regraft.recipes.dataset_features import DatasetFeatures
    from regraft.recipes.finetune_options import FinetuneOptions
    from regraft.recipes.fits import Sides

    Rows = NDArray[np.int64]


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
        options: FinetuneOptions,
        world: World,
        rows: Rows,
        progress: Progress,
        *,
        n_passes: float = 1.0,
    ) -> None:
        self.n_passes = n_passes
        self.data, self.options, self.world, self.rows, self.progress = data, options, world, rows, progress
        self.cache = cache_folder()
        self.augmentation = AUGMENTATIONS[options.augmentation]
        self.seed = options.seed if options.training_seed is None else options.training_seed

    @cached_property
    def network(self) -> nn.Module:
        """The pretrained network without its classifier."""
        weights, _digest = keep_weights(self.data.spec, self.cache / "weights")
        return load_network(self.data.spec, weights, drop_path=self.options.drop_path)

    def prepare(self, folder: Path) -> Prepared:
        """Choose what is trained, once for a training: its folder remembers; and compute the inputs."""
        path = folder / "boundary.json"
        if path.is_file():
            boundary = Boundary.model_validate_json(path.read_bytes())
        else:
            n_images = round(len(self.rows) * self.options.epochs * self.n_passes)
            with kept_pages():
                boundary = Choice(self.network, self.data.spec, self.options, self.world.device, n_images).made()
            boundary = self.world.of_leader(boundary)
            if self.world.rank == 0:
                with atomic_path(path) as aside:
                    aside.write_text(boundary.model_dump_json())
        self.say(boundary.sentence)
        return Prepared(boundary, self._feed(boundary))

    def say(self, text: str) -> None:
        """To the user, from one of the processes."""
        if self.world.rank == 0:
            self.progress.say(text)

    def _feed(self, boundary: Boundary) -> Feed:
        """Inputs of all images of the data set; those that are not among `rows` are zeros where they are cached."""
        if boundary.cut is None:
            files = self.data.manifest.files()
            return PixelFeed(files, self.data.extractor.transform, self.augmentation, self.seed)
        n_views = 0 if self.augmentation.is_plain else self.options.views
        views = [View(self.augmentation, self.seed, number) for number in range(n_views)]
        plain, *others = (self._activations(boundary.cut, view) for view in (None, *views))
        return ActivationFeed(plain, tuple(others), boundary.shape, self.seed)

    def _activations(self, cut: str, view: View | None) -> NDArray[Any]:
        extractor = build_extractor(
            self.data.spec,
            self.data.choice,
            transform=self.data.extractor.transform,
            layer=f"{cut}@all",
            cache=self.cache,
            view=view,
            dtype="float16",
        )
        files = self.data.manifest.files()
        found = extractor.extract(
            [files[row] for row in self.rows], [self.data.digests[row] for row in self.rows], progress=self.progress
        )
        everything = np.zeros((len(files), found.features.shape[1]), found.features.dtype)
        everything[self.rows[found.rows]] = found.features
        return everything

    def fit(
        self,
        prepared: Prepared,
        head: LinearHead,
        sides: Sides,
        options: FinetuneOptions,
        *,
        folder: Path | None = None,
        stop: StopRequest | None = None,
    ) -> Fit:
        """Train once, from the newest checkpoint in the folder on if there is one.

        Args:
            prepared: What is trained, and its inputs.
            head: The fitted head to begin with.
            sides: Images to train on and to judge by.
            options: How.
            folder: Of checkpoints and journal; None keeps neither.
            stop: Looked at between two steps.
        """
        boundary = prepared.boundary
        grafted = self._grafted(boundary, GraftedHead(head, self.data.features[sides.train], options.dropout))
        groups = discriminative_groups(_stages(grafted.body, self.network), grafted.head, options)
        journal = None if folder is None or self.world.rank else Journal(folder)
        checkpoints = None if folder is None else CheckpointFolder(folder / "checkpoints")
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
        )
        said: tuple[str, ...] = ()
        if checkpoints is not None and (restored := checkpoints.load_latest()) is not None:
            training.restore(restored.tree)
            said = (*restored.skipped, f"Going on after step {restored.step:,} of {training.n_steps:,}.")
        for sentence in said:
            self.say(sentence)
        trained = training.run(self.progress, stop)
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
            normalisation=(spec.mean, spec.std) if boundary.cut is None else None,
            keep_statistics=self.options.batch_norm == "frozen",
        )

    def keep(self, fit: Fit) -> BackboneSpec:
        """The whole network with what was trained, kept in the cache: a backbone like any other."""
        from safetensors.torch import save_file

        state = {**self.network.state_dict(), **fit.network_state}
        folder = self.cache / "weights"
        spec = self.data.spec
        aside = folder / f".finetuned-{digest_bytes(str(fit.trained.history).encode())[:16]}.safetensors"
        save_file({name: tensor.contiguous().clone() for name, tensor in state.items()}, aside)
        name = spec.name if spec.name.endswith("fine-tuned") else f"{spec.name} fine-tuned"
        update = {
            "name": name,
            "weights": WeightsSource(kind="file", location=str(aside)),
            "digest": None,
            "top1": None,
        }
        tuned = spec.model_copy(update=update)
        try:
            path, digest = keep_weights(tuned, folder)
        finally:
            aside.unlink(missing_ok=True)
        source = WeightsSource(kind="file", location=str(path))
        return tuned.model_copy(update={"digest": digest, "weights": source})


def training_folder(options: FinetuneOptions, source: str, data: DatasetFeatures) -> Path:
    """The folder of a training that is under way: the same for the same command on the same images."""
    asked = options.model_dump(mode="json", exclude={"runs", "name"})
    parts = json.dumps([type(options).__name__, source, asked, sorted(data.digests), data.spec.digest])
    return options.runs.expanduser() / f".training-{digest_bytes(parts.encode())[:16]}"


def _stages(part: nn.Module, whole: nn.Module) -> Sequence[tuple[str, list[tuple[str, nn.Parameter]]]]:
    """The trained part's parameters by stage, from the pixels on."""
    own = dict(part.named_parameters())
    stages = {
        stage: [(name, own[name]) for name, _parameter in parameters if name in own]
        for stage, parameters in stage_parameters(whole).items()
    }
    return [(stage, parameters) for stage, parameters in stages.items() if parameters]
