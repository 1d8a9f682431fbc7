"""How a run on features begins: the images are listed, its folder is opened, their features are loaded."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.experiments.circumstances import Stopwatch
from regraft.experiments.dataset_features import list_labelled, load_features
from regraft.experiments.run_folders import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.core import Progress
    from regraft.data import Manifest
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.probe_options import FixedFeatureOptions


@dataclass(frozen=True, eq=False)
class BegunRun:
    """A run that has begun: its folder, its images, and the times so far."""

    opened: RunFolder
    manifest: Manifest
    watch: Stopwatch

    @property
    def folder(self) -> Path:
        """Where its files are written."""
        return self.opened.folder

    @property
    def final(self) -> Path:
        """Where they lie when it is whole."""
        return self.opened.final


@dataclass(frozen=True, eq=False)
class FeatureRun(BegunRun):
    """A run with its images' features."""

    data: DatasetFeatures


@contextmanager
def begin_run(source: str, options: FixedFeatureOptions) -> Iterator[BegunRun]:
    """List the images and open the run's folder; a run that fails leaves nothing.

    Args:
        source: A folder, a table, or the name of a data set.
        options: Of the verb.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    watch = Stopwatch()
    manifest = list_labelled(source, options, watch)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-{options.VERB}") as opened:
        yield BegunRun(opened, manifest, watch)


@contextmanager
def run_on_features(source: str, options: FixedFeatureOptions, progress: Progress) -> Iterator[FeatureRun]:
    """The same, and load the features that the options name."""
    with begin_run(source, options) as begun:
        data = load_features(begun.manifest, options, progress, begun.watch)
        yield FeatureRun(begun.opened, begun.manifest, begun.watch, data)
