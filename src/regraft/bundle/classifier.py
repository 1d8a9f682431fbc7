"""A trained classifier in use: files or arrays in, probabilities out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from regraft.backbones import choose_engine, require_own_threads
from regraft.bundle.asked_images import AskedFiles, ask
from regraft.bundle.card import render_card
from regraft.bundle.prediction_stream import PredictionStream
from regraft.bundle.predictions import Answers, Judgement, PredictResult, Telling
from regraft.bundle.staged import StagedClassifier
from regraft.core import MissingExtraError, OptionError, digest_bytes, plural, printable
from regraft.data import as_files, fingerprint_files, make_finding
from regraft.features import JoinedNetworks, StoredRows, tap_network
from regraft.images import FIXED_VIEWS, as_pixels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones import BackboneSpec, EngineChoice
    from regraft.bundle.asked_images import AskedImages
    from regraft.bundle.record import BundleRecord
    from regraft.core import Progress
    from regraft.data import Finding, ImageFile, StoredImage
    from regraft.evaluation import Assessment
    from regraft.heads import LinearHead, NoveltyDetector, PredictionSets
    from regraft.images import GivenImages

N_CHUNK = 4096
"""Files whose features are in memory at once."""
N_KEPT_MAX = 100_000
"""Whose features one question may add to the cache: half a gigabyte for each network and view, at 1,280 features."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """Networks, what is taken of them, a linear head and the names of the classes.

    Any number of threads can use it. It can be copied, pickled and sent to another process, which loads the networks
    again at the first use; a process that is forked after the first use refuses.

    Attributes:
        record: What it is, without its tensors.
        head: The linear head.
        backbones: The networks, in the record's order; their weights are in the bundle.
        choice: What runs them on this machine.
        cache: Where converted graphs and features are kept.
        novelty: What says that an image is of none of the classes; None where nothing does.
        sets: What says which classes an image may be of; None where nothing does.
        all_networks: Files or pixels to features, with the feature store.
        networks: The same without networks that only the measure of strangeness reads.
    """

    record: BundleRecord
    head: LinearHead
    backbones: tuple[BackboneSpec, ...]
    choice: EngineChoice
    cache: Path
    novelty: NoveltyDetector | None = None
    sets: PredictionSets | None = None
    all_networks: JoinedNetworks = field(init=False)
    networks: JoinedNetworks = field(init=False)

    def __post_init__(self) -> None:
        parts = [
            tap_network(
                spec,
                self.choice,
                transform=network.transform,
                layer=network.layer,
                cache=self.cache,
                views=tuple(FIXED_VIEWS[name] for name in network.views),
            )
            for spec, network in zip(self.backbones, self.record.networks, strict=True)
        ]
        n_read = len(self.record.head_networks)
        joined = JoinedNetworks(tuple(parts[:n_read]), self.choice, frozen=tuple(parts[n_read:]))
        joined = joined.changed(lambda one: replace(one, must_keep=False)).staying_open()
        object.__setattr__(self, "all_networks", joined)
        object.__setattr__(self, "networks", joined.for_head())

    def __repr__(self) -> str:
        return f"<Classifier {self.record.name!r}: {len(self.class_names)} classes, {self.networks.name}>"

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the probabilities' columns."""
        return self.record.class_names

    def with_metrics(self, assessment: Assessment) -> Classifier:
        """The same classifier with a record of how good it was found to be."""
        named = {
            "accuracy": assessment.accuracy,
            "balanced accuracy": assessment.balanced_accuracy,
            "log loss": assessment.log_loss,
            "calibration error": assessment.calibration_error,
        }
        metrics = {name: estimate.model_dump(mode="json") for name, estimate in named.items()}
        if assessment.baseline is not None:
            metrics["majority class"] = assessment.baseline.accuracy.model_dump(mode="json")
        return replace(self, record=self.record.model_copy(update={"metrics": metrics}))

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Class probabilities of features.

        Args:
            features: (n, d) float32.

        Returns:
            (n, k) float64, rows sum to 1.
        """
        return self.head.probabilities(self.head.scores(features))

    def judge(self, features: NDArray[np.float32] | StoredRows, *, looks_for_unknown: bool = True) -> Judgement:
        """All that the classifier says of features.

        Args:
            features: (n, d) float32 of `all_networks`, or of `networks` where it is not looked for unknown images; n
                may be 0, and d then anything.
            looks_for_unknown: Whether it is asked if images are of none of the classes.
        """
        if not len(features):
            return Judgement(np.zeros((0, len(self.class_names))))
        if isinstance(features, StoredRows):
            blocks = (features[start : start + N_CHUNK] for start in range(0, len(features), N_CHUNK))
            return Judgement.joined([self.judge(one, looks_for_unknown=looks_for_unknown) for one in blocks])
        n_read = self.head.n_inputs
        scores = self.head.scores(features[:, :n_read] if self.all_networks.frozen else features)
        probabilities = self.head.probabilities(scores)
        named = None if self.sets is None else self.sets.sets(probabilities)
        if self.novelty is None or not looks_for_unknown:
            return Judgement(probabilities, named=named)
        seen = features[:, n_read:] if self.all_networks.frozen else features
        novelty = self.novelty.novelty(seen, scores.astype(np.float64) / self.head.temperature)
        return Judgement(probabilities, novelty, self.novelty.is_unknown(novelty), named)

    def scores(self, inputs: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Scores before the softmax of what the networks see of images.

        Args:
            inputs: For each view of each network (n, h, w, 3) uint8, of the network's size (`networks.inputs`).

        Returns:
            (n, k) float32.

        Raises:
            BackboneError: A network cannot be had, or the process was forked after a network had been used.
        """
        return self.head.scores(self.networks.compute(inputs))

    def predict(
        self, images: GivenImages, *, top_k: int = 1, unknown: bool = True, progress: Progress | None = None
    ) -> PredictResult:
        """The classes of images, named: what the verb `predict` does.

        Args:
            images: Files, folders with everything below them, and shards with all they hold; or images in memory, of
                any sizes: uint8 arrays (height, width, 3) RGB or (height, width) grey, and Pillow images. One, or any
                number of them.
            top_k: How many of the most probable classes to name.
            unknown: Whether to say which images look like none of the classes.
            progress: Where to report.

        Raises:
            OptionError: One of them is no such image, or paths and images in memory are mixed.
            DataError: A folder holds no image.
            BackboneError: The process was forked after a network had been used.
        """
        return self.stream(images, top_k=top_k, unknown=unknown).result(progress=progress)

    def stream(self, images: GivenImages, *, top_k: int = 1, unknown: bool = True) -> PredictionStream:
        """The same as `predict`, one image after the other, for more images than the answers to all fit in memory.

        Args:
            images: As for `predict`.
            top_k: How many of the most probable classes to name.
            unknown: Whether to say which images look like none of the classes.

        Returns:
            An iterable of a `Prediction` for each image, or `Unreadable`, in their order.

        Raises:
            OptionError: One of them is no such image, or paths and images in memory are mixed.
            DataError: A folder holds no image.
        """
        asked, networks = ask(images, top_k=top_k), self.all_networks if unknown else self.networks
        notes = _many_files(asked)
        return PredictionStream(
            images=asked,
            networks=networks.changed(lambda one: replace(one, keeps_new=False)) if notes else networks,
            judge=partial(self.judge, looks_for_unknown=unknown),
            telling=Telling(self.class_names, top_k, looks_for_unknown=unknown),
            bundle=digest_bytes(self.record.exact_json().encode()),
            cache=self.cache,
            notes=notes,
        )

    def staged(self) -> StagedClassifier:
        """The same for images that are seen in one thread and answered in another: for servers."""
        record = self.record
        about = record.model_dump(mode="json", include={"name", "created", "metrics", "versions"})
        seen = [
            {"network": one.backbone.name, "views": list(one.views), "transform": one.transform.model_dump(mode="json")}
            for one in record.networks
        ]
        return StagedClassifier(
            digest=digest_bytes(record.exact_json().encode()),
            class_names=self.class_names,
            sight=self.all_networks,
            judge=self.judge,
            is_alike=self.choice.engine != "torch",  # which adds in another order in batches of another size
            about=about | {"inputs": seen, "card": printable(render_card(record))},
        )

    def predict_arrays(self, images: Iterable[NDArray[np.uint8]]) -> NDArray[np.float64]:
        """Class probabilities of images in memory, of any sizes.

        Args:
            images: n arrays, (height, width, 3) RGB or (height, width) grey, uint8, or Pillow images; or one of them.

        Returns:
            (n, k) float64, rows sum to 1.

        Raises:
            OptionError: An array is no such image.
        """
        listed = as_pixels(images)
        features = self.networks.compute(self.networks.inputs(listed)) if listed else np.zeros((0, 0), np.float32)
        return self.judge(features, looks_for_unknown=False).probabilities

    def predict_files(
        self, files: Iterable[str | Path | StoredImage] | str | Path, *, progress: Progress | None = None
    ) -> Iterator[Answers]:
        """Class probabilities of image files, a chunk of files at a time.

        Args:
            files: Any number of files, or parts of files; or one file.
            progress: Where to report.

        Returns:
            The answers for the next (at most 4,096) files, one after the other; `rows` counts from the first file of
            all.

        Raises:
            OptionError: That is no list of files.
            BackboneError: The process was forked after a network had been used.
        """
        require_own_threads()  # also where all features are kept: what works must not depend on that
        return self._answers(as_files(files), progress)

    def _answers(self, files: Sequence[ImageFile], progress: Progress | None) -> Iterator[Answers]:
        for start in range(0, len(files), N_CHUNK):
            chunk = files[start : start + N_CHUNK]
            prints = fingerprint_files(chunk)
            found = self.all_networks.extract(chunk, prints.digests, progress=progress)
            yield Answers(
                rows=found.rows + start,
                judgement=self.judge(found.features),
                unreadable=prints.unreadable + found.unreadable,
            )


def _many_files(asked: AskedImages) -> tuple[Finding, ...]:
    """The note on more files than features are kept of: they are seen once, and a million would fill gigabytes."""
    n = len(asked.names) if isinstance(asked, AskedFiles) else 0
    if n <= N_KEPT_MAX:
        return ()
    message = (
        f"Features of these {plural(n, 'file')} are not kept: they are more than {N_KEPT_MAX:,}. "
        "To go on after a stop, and not to compute twice, write the answers with --out."
    )
    return (make_finding("many_files", "note", message, n),)


def choose_like(record: BundleRecord) -> EngineChoice:
    """The engine that a classifier was made with, or the nearest that this machine has."""
    wanted = record.engine
    for engine, precision, device in (
        (wanted.engine, wanted.precision, wanted.device),
        ("auto", wanted.precision, "auto"),
        ("auto", "auto", "auto"),
    ):
        try:
            return choose_engine(engine, precision, device)  # type: ignore[arg-type]
        except (OptionError, MissingExtraError):
            continue
    return choose_engine("torch", "fp32", "cpu")
