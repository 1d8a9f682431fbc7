"""`regraft probe`: fixed features and a linear head, measured on images that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from regraft.bundle import save_bundle
from regraft.core import SilentProgress
from regraft.data import cluster_units, read_manifest, require_classes, split_folds
from regraft.recipes.classifiers import build_classifier
from regraft.recipes.dataset_features import DatasetFeatures, load_features
from regraft.recipes.network_options import NetworkOptions
from regraft.recipes.reporting import Findings, report_run
from regraft.recipes.runs import RunFolder
from regraft.recipes.stopwatch import Stopwatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.evaluation import Assessment
    from regraft.heads import HeadSearch

_N_GOLDEN = 4


class ProbeOptions(NetworkOptions):
    """Settings of `probe`."""

    head: Literal["softmax", "svm"] = Field(
        "softmax", description="Linear head: softmax (multinomial logistic regression) or svm (one against the rest)."
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
        "whose capture groups name the object.",
    )
    seed: int = Field(0, description="Chooses the split and the folds.")
    runs: Path = Field(Path("runs"), description="Folder of runs.")
    name: str | None = Field(None, description="The run's name; by default made from the data set's.")


@dataclass(frozen=True)
class ProbeResult:
    """What a probe gave.

    Attributes:
        folder: The run's folder: `bundle/`, `report.html`, `report.json`, `predictions.parquet`, `run.json`.
        assessment: The measured quality on the test images.
        n_train: Images that the head was fitted on.
        n_test: Images that it was measured on.
        n_unreadable: Files that were left out; the report lists them.
        n_computed: Images whose features had to be computed.
        seconds: Time by stage.
    """

    folder: Path
    assessment: Assessment
    n_train: int
    n_test: int
    n_unreadable: int
    n_computed: int
    seconds: dict[str, float]

    @property
    def bundle(self) -> Path:
        """The saved classifier."""
        return self.folder / "bundle"

    @property
    def report(self) -> Path:
        """The report, for a browser."""
        return self.folder / "report.html"


def probe(
    source: str | Path, options: ProbeOptions | None = None, *, progress: Progress | None = None, **settings: Any
) -> ProbeResult:
    """Train a linear classifier on fixed features of a pretrained network, and measure it.

    Features are computed once and kept: a second probe of the same images takes seconds.

    Args:
        source: A folder with one sub-folder for each class (below train/, val/, test/ or not), a CSV or Parquet table
            with the columns path and label, or the name of a data set (`regraft datasets`).
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ProbeOptions`).

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
        require_classes(data.manifest)
        train, test = data.split(options.test_fraction, options.seed)
        progress.start("Fitting the head", 1, unit="heads")
        with watch.stage("fit head"):
            search = _search_head(data, train, options)
        classifier = build_classifier(run.final.name, data, search, options)
        findings = Findings(source=str(source), verb="probe", options=options, data=data, train=train, test=test)
        assessment = report_run(run, findings, classifier, search, watch)
        with watch.stage("save bundle"):
            measured = classifier.with_metrics(assessment)
            save_bundle(measured, run.folder / "bundle", golden_pixels=data.golden_pixels(test, _N_GOLDEN))
        run.write_record(source=str(source), options=options, seconds=watch.seconds, data=data)
    return ProbeResult(
        folder=run.final,
        assessment=assessment,
        n_train=len(train),
        n_test=len(test),
        n_unreadable=len(data.unreadable),
        n_computed=data.n_computed,
        seconds=watch.seconds,
    )


def _search_head(data: DatasetFeatures, train: NDArray[np.int64], options: ProbeOptions) -> HeadSearch:
    """Choose and fit the head on the training images, with folds that keep groups and copies together."""
    from sklearn.model_selection import PredefinedSplit

    from regraft.heads import HeadSearch

    manifest = data.manifest.select(train)
    digests = [data.digests[row] for row in train]
    units = cluster_units(digests, manifest.groups)
    folds = split_folds(manifest.labels, units, digests, n_folds=options.n_folds, seed=options.seed)
    search = HeadSearch(
        options.head,
        normalisations=("l2", "standard") if options.normalisation == "auto" else (options.normalisation,),
        widths=(data.spec.n_features, None) if options.layer == "auto" else (None,),
        n_strengths=options.n_strengths,
        cv=PredefinedSplit(folds),
        class_weight=None if options.class_weight == "none" else options.class_weight,
    )
    search.fit(data.features[train], manifest.labels)
    return search
