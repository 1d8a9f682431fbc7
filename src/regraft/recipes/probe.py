"""`regraft probe`: fixed features and a linear head, measured on images that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from regraft.bundle import BundleRecord, Classifier, EngineRecord, save_bundle
from regraft.core import SilentProgress, cache_folder
from regraft.data import cluster_units, read_manifest, require_classes, split_folds
from regraft.recipes.dataset_features import DatasetFeatures, load_features
from regraft.recipes.network_options import NetworkOptions
from regraft.recipes.reporting import write_results
from regraft.recipes.runs import RunFolder
from regraft.recipes.stopwatch import Stopwatch
from regraft.recipes.versions import installed_versions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.evaluation import Assessment
    from regraft.heads import HeadSearch

N_GOLDEN = 4


class ProbeOptions(NetworkOptions):
    """Settings of `probe`."""

    head: Literal["softmax", "svm"] = Field(
        "softmax", description="Linear head: softmax (multinomial logistic regression) or svm (one-vs-rest)."
    )
    normalisation: Literal["auto", "l2", "standard"] = Field(
        "auto", description="Scaling of the features; auto lets cross-validation choose."
    )
    n_strengths: int = Field(20, ge=2, le=200, description="Regularisation strengths to try.")
    n_folds: int = Field(5, ge=2, le=20, description="Folds of the cross-validation that chooses the head's settings.")
    class_weight: Literal["none", "balanced"] = Field(
        "none", description="balanced gives rare classes the weight of common ones."
    )
    test_fraction: float = Field(
        0.25, gt=0, lt=1, description="Part of the images held out for the test, where the data set has no test split."
    )
    group_by: str | None = Field(
        None,
        description="Keep images of one object on one side: a column's name, or a regular expression on the path "
        "whose groups name the object.",
    )
    seed: int = Field(0, description="Chooses the split and the folds.")
    runs: Path = Field(Path("runs"), description="Folder of runs.")
    name: str | None = Field(None, description="The run's name; by default made from the data set's.")


@dataclass(frozen=True)
class ProbeResult:
    """What a probe gave.

    Attributes:
        folder: The run's folder, with `bundle/`, `report.html`, `report.json`, `predictions.parquet`, `run.json`.
        assessment: The measured quality on the test images.
        n_train: Images that the head was fitted on.
        n_test: Images that it was measured on.
        n_unreadable: Files that were left out, listed in the report.
        seconds: Time by stage.
    """

    folder: Path
    assessment: Assessment
    n_train: int
    n_test: int
    n_unreadable: int
    seconds: dict[str, float]

    @property
    def bundle(self) -> Path:
        """The saved classifier."""
        return self.folder / "bundle"

    @property
    def report(self) -> Path:
        """The report for a browser."""
        return self.folder / "report.html"


def probe(
    source: str | Path,
    options: ProbeOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Any,
) -> ProbeResult:
    """Train a linear classifier on fixed features of a pretrained network, and measure it.

    Features are computed once and kept; a second probe of the same images takes seconds.

    Args:
        source: A folder with one sub-folder for each class (under train/, val/, test/ or not), a CSV or Parquet
            table with the columns path and label, or the name of a data set (`regraft datasets`).
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (see `ProbeOptions`).

    Returns:
        The run's folder and what was measured.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    options = ProbeOptions.of(options, settings)
    progress = progress or SilentProgress()
    watch = Stopwatch()
    with watch.stage("list images"):
        manifest = read_manifest(source, group_by=options.group_by)
        require_classes(manifest)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-probe") as run:
        data = load_features(manifest, options, progress, watch)
        train, test = data.split(options.test_fraction, options.seed)
        with watch.stage("fit head"):
            search = _fit(data, train, options, progress)
        classifier = _classifier(run.final.name, data, search, options)
        with watch.stage("evaluate"):
            probabilities = classifier.probabilities(data.features[test])
            assessment, report = write_results(run, data, train, test, probabilities, search, options, watch)
        with watch.stage("save bundle"):
            metrics = {"accuracy": assessment.accuracy.model_dump()}
            finished = _with_metrics(classifier, metrics)
            save_bundle(finished, run.folder / "bundle", golden_pixels=data.golden_pixels(test, N_GOLDEN))
    return ProbeResult(
        folder=run.final,
        assessment=assessment,
        n_train=len(train),
        n_test=len(test),
        n_unreadable=len(data.unreadable),
        seconds=watch.seconds,
    )
