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
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.probe_options import ProbeOptions


@dataclass(frozen=True, eq=False)
class FeatureRun:
    """A run that has begun: its folder, its images with their features, and the times so far."""

    opened: RunFolder
    data: DatasetFeatures
    watch: Stopwatch

    @property
    def folder(self) -> Path:
        """Where its files are written."""
        return self.opened.folder

    @property
    def final(self) -> Path:
        """Where they lie when it is whole."""
        return self.opened.final


@contextmanager
def run_on_features(source: str, options: ProbeOptions, progress: Progress) -> Iterator[FeatureRun]:
    """List the images, open the run's folder and load features; a run that fails leaves nothing.

    Args:
        source: A folder, a table, or the name of a data set.
        options: Of the verb.
        progress: Where to report.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    watch = Stopwatch()
    manifest = list_labelled(source, options, watch)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-{options.VERB}") as opened:
        yield FeatureRun(opened, load_features(manifest, options, progress, watch), watch)
