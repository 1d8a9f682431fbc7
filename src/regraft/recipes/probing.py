"""`regraft probe`: fixed features and a linear head, measured on images that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from regraft.core import SilentProgress, as_source
from regraft.experiments import (
    ProbeOptions,
    RunFolder,
    Stopwatch,
    list_labelled,
    load_features,
    portion_for_probe,
    run_probe,
)

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.evaluation import Assessment
    from regraft.recipes.settings import ProbeSettings

__all__ = ["ProbeOptions", "ProbeResult", "probe"]


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
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    folder: Path
    assessment: Assessment
    n_train: int
    n_test: int
    n_unreadable: int
    n_computed: int
    seconds: dict[str, float]
    findings: tuple[Finding, ...] = ()

    @property
    def bundle(self) -> Path:
        """The saved classifier."""
        return self.folder / "bundle"

    @property
    def report(self) -> Path:
        """The report, for a browser."""
        return self.folder / "report.html"


def probe(
    source: str | Path,
    options: ProbeOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[ProbeSettings],
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
    source = as_source(source)
    options = ProbeOptions.of(options, settings)
    progress = progress or SilentProgress()
    watch = Stopwatch()
    manifest = list_labelled(source, options, watch)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-probe") as run:
        data = load_features(manifest, options, progress, watch)
        data, portions = portion_for_probe(data, options.test_fraction, options.seed)
        train, test = portions.train, portions.test
        progress.start("Fitting the head", 1, unit="heads")
        probed = run_probe(run.folder, source, data, options, name=run.final.name, train=train, test=test, watch=watch)
    return ProbeResult(
        folder=run.final,
        assessment=probed.assessment,
        n_train=len(train),
        n_test=len(test),
        n_unreadable=len(data.unreadable),
        n_computed=data.n_computed,
        seconds=watch.seconds,
        findings=probed.findings,
    )
