"""What finished classifiers are measured on: labelled images, listed and hashed once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, quoted
from regraft.data import Reading, fingerprint_manifest, n_readers, require_classes
from regraft.datasets import read_dataset
from regraft.experiments.circumstances import Stopwatch
from regraft.experiments.dataset_features import features_for
from regraft.experiments.limits import see_strangers
from regraft.experiments.networks import taking_looks
from regraft.experiments.reporting import Subject, report_run
from regraft.experiments.run_folders import write_record
from regraft.experiments.seen_images import remark_on_seen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.core import Options, Progress
    from regraft.data import Fingerprints, Manifest, SourceOptions
    from regraft.experiments.reporting import Measured

    FindSeen = Callable[[Sequence[str]], NDArray[np.bool_] | None]


@dataclass(frozen=True, eq=False)
class Yardstick:
    """Labelled images to measure on.

    Attributes:
        source: The data set as the user named it.
        manifest: Its images.
        progress: Where to report.
        watch: The times so far.
        prints: Their hashes, once they are read.
        unknown: Images of none of the classes, as the user named them.
        reading: How these are read.
    """

    source: str
    manifest: Manifest
    progress: Progress
    watch: Stopwatch
    prints: Fingerprints | None = None
    unknown: str | None = None
    reading: Reading | None = None

    @classmethod
    def of(cls, source: str, options: SourceOptions, split: str, progress: Progress) -> Yardstick:
        """List the images of a data set, or of one of its splits.

        Args:
            source: A folder, a table, or a name.
            options: How it is read.
            split: `train`, `val`, `test` or `all`.
            progress: Where to report.

        Raises:
            DataError: There are no labelled images, or none in the split.
        """
        watch = Stopwatch()
        with watch.stage("list images"):
            manifest = require_classes(read_dataset(source, options.reading()), minimum=1)
            manifest = _of_split(manifest, split)
        return cls(source, manifest, progress, watch)

    def hashed(self) -> Yardstick:
        """With the images' hashes: not before there is a classifier that can be used.

        What is in an object store is hashed where it is measured, so that it is fetched once.
        """
        if self.prints is not None or n_readers(self.manifest.files()) is not None:
            return self
        with self.watch.stage("hash files"):
            return replace(self, prints=fingerprint_manifest(self.manifest, progress=self.progress))

    def measure(
        self, folder: Path, classifier: Classifier, find_seen: FindSeen, options: Options, *, place: str
    ) -> Measured:
        """Measure a classifier and write the report; it replaces that of the one before.

        Args:
            folder: Where to.
            classifier: What to measure.
            find_seen: Which of n content hashes it has learnt from, (n,); None where that is not known.
            options: Of the run.
            place: Where the classifier lies, as the user named it.

        Raises:
            DataError: Images have classes that the classifier does not know, or none of the files can be read.
        """
        strangers = None
        if self.unknown is not None:
            with self.watch.stage("see strangers"):
                strangers = see_strangers(self.unknown, classifier, self.reading or Reading(), self.progress)
        data = features_for(
            _relabelled(self.manifest, classifier.class_names),
            taking_looks(classifier.all_networks),
            progress=self.progress,
            watch=self.watch,
            prints=self.prints,
        )
        subject = Subject(
            self.source,
            options,
            data,
            train=np.zeros(0, np.int64),
            test=np.arange(len(data.manifest)),
            before=(place,),
            strangers=strangers,
            noticed=(
                *remark_on_seen(data.manifest, find_seen(data.digests)),
                *(() if strangers is None else strangers.findings),
            ),
        )
        measured = report_run(folder, subject, classifier, None, self.watch)
        write_record(folder, source=self.source, options=options, seconds=self.watch.seconds, data=data)
        return measured


def _of_split(manifest: Manifest, split: str) -> Manifest:
    if split == "all":
        return manifest
    chosen = np.array([given == split for given in manifest.splits], np.bool_)
    if not chosen.any():
        raise DataError(
            f"No image is in the split {quoted(split)}. Leave --split out to use all {len(manifest):,} images."
        )
    return manifest.select(chosen)


def _relabelled(manifest: Manifest, class_names: tuple[str, ...]) -> Manifest:
    """The same images with labels that count in the classifier's classes."""
    places = {name: place for place, name in enumerate(class_names)}
    foreign = [name for name in manifest.class_names if name not in places]
    if foreign:
        raise DataError(
            f"{len(foreign):,} of the images' classes are unknown to the classifier (first: {quoted(foreign[0])}). "
            f"It knows: {', '.join(class_names[:10])}{', ...' if len(class_names) > 10 else '.'}"
        )
    new_places = np.array([places[name] for name in manifest.class_names], np.int64)
    return replace(manifest, labels=new_places[manifest.labels], class_names=class_names)
