"""`regraft compare`: several networks and heads on the same images, with the evidence for which is best."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from regraft.backbones import BACKBONES, compute_features, is_offline
from regraft.core import OptionError, SilentProgress, StoreError, as_source, cache_folder, placed
from regraft.data import fingerprint_manifest, make_finding, require_classes
from regraft.datasets import read_dataset
from regraft.evaluation import Contestant, Costs, rank
from regraft.experiments import (
    ExperimentOptions,
    FeatureOptions,
    ProbeOptions,
    RunFolder,
    RunOptions,
    Stopwatch,
    command_line,
    features_for,
    folder_name,
    installed_versions,
    notices_of,
    now,
    open_network,
    portion_for_probe,
    run_probe,
    write_record,
)
from regraft.heads import HeadKind
from regraft.reports import Comparison, write_comparison

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.experiments import DatasetFeatures

_N_TIMED = 25
_N_WARM_UP = 3


class CompareOptions(RunOptions, ExperimentOptions, FeatureOptions):
    """Settings of `compare`."""

    VERB: ClassVar[str] = "compare"

    backbones: tuple[str, ...] = Field(
        (),
        description="Pretrained networks: names from `regraft backbones` or timm. By default all those whose learnt "
        "weights are on this machine.",
        json_schema_extra=placed("network", 10),
    )
    heads: tuple[HeadKind, ...] = Field(
        ("softmax", "svm"), description="Linear heads.", json_schema_extra=placed("head", 10)
    )


@dataclass(frozen=True)
class CompareResult:
    """What a comparison gave.

    Attributes:
        folder: The run's folder: `report.html`, `comparison.json`, `run.json`, and one folder for each candidate with
            all that `probe` writes.
        comparison: The candidates, the best first.
        n_train: Images that the heads were fitted on.
        n_test: Images that they were measured on.
        n_unreadable: Files that were left out; the candidates' reports list them.
        seconds: Time by candidate.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    folder: Path
    comparison: Comparison
    n_train: int
    n_test: int
    n_unreadable: int
    seconds: dict[str, float]
    findings: tuple[Finding, ...] = ()

    @property
    def report(self) -> Path:
        """The page for a browser."""
        return self.folder / "report.html"

    @property
    def bundle(self) -> Path:
        """The saved classifier of the best candidate."""
        return self.folder / self.comparison.best.folder / "bundle"


def compare(
    source: str | Path, options: CompareOptions | None = None, *, progress: Progress | None = None, **settings: Any
) -> CompareResult:
    """Probe several networks and heads on one data set, on the same training and test images.

    Each candidate is saved with its own report, as `probe` saves it. Features are computed once for each network and
    kept, so an interrupted comparison goes on where it was.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or the name of a data set.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`CompareOptions`).

    Returns:
        The run's folder and the ranking: intervals, paired tests against the best, size and speed.

    Raises:
        OptionError: There is no network or no head to compare.
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    source = as_source(source)
    options = CompareOptions.of(options, settings)
    progress = progress or SilentProgress()
    backbones, chosen = choose_backbones(options)
    plan = _plan(options, backbones)
    manifest = read_dataset(source, options.reading())
    manifest = require_classes(manifest)
    # Opened before anything is computed: a missing network is found out now, not after an hour.
    networks = [open_network(trials[0], cache_folder(), progress=progress) for trials in plan]
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-compare") as run:
        prints = fingerprint_manifest(manifest, progress=progress)
        contestants: list[Contestant] = []
        seconds: dict[str, float] = {}
        findings = chosen
        for trials, (spec, choice, extractor) in zip(plan, networks, strict=True):
            watch = Stopwatch()
            data = features_for(
                manifest,
                spec=spec,
                choice=choice,
                extractor=extractor,
                progress=progress,
                watch=watch,
                prints=prints,
            )
            seconds[f"{trials[0].backbone}: features"] = sum(watch.seconds.values())
            entered, taken, noticed = _run_probes(run.folder, source, data, trials, progress)
            findings = tuple(dict.fromkeys((*findings, *noticed)))
            contestants += entered
            seconds |= taken
        if len({one.predictions.paths for one in contestants}) > 1:
            raise StoreError("The images changed while they were compared. Run the same command again.")
        comparison = Comparison(
            **dict(rank(contestants)),
            title=f"{source}: {len(contestants)} classifiers compared",
            created=now(),
            options=options.model_dump(mode="json"),
            versions=installed_versions(),
            reproduce=command_line(options, source),
            notices=notices_of(findings),
        )
        write_comparison(comparison, run.folder)
        write_record(run.folder, source=source, options=options, seconds=seconds, data=data)
    return CompareResult(
        folder=run.final,
        comparison=comparison,
        n_train=len(data.digests) - comparison.n_images,
        n_test=comparison.n_images,
        n_unreadable=len(data.unreadable),
        seconds=seconds,
        findings=findings,
    )


def choose_backbones(options: CompareOptions) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The networks to compare; and, where the user named none, which were chosen and why."""
    if options.backbones:
        return options.backbones, ()
    cache = cache_folder()
    untrained = [name for name in BACKBONES if BACKBONES[name].is_untrained]
    here = [name for name in BACKBONES if name not in untrained and is_offline(BACKBONES[name], cache)]
    n_elsewhere = len(BACKBONES) - len(here) - len(untrained)
    message = (
        f"No --backbones were named: those whose learnt weights are on this machine are compared ({', '.join(here)}). "
        f"Left out: {n_elsewhere} whose weights would have to be fetched, and the untrained ones "
        f"({', '.join(untrained)})."
    )
    return tuple(here), (make_finding("chosen_backbones", "note", message, len(here)),)


def _plan(options: CompareOptions, backbones: tuple[str, ...]) -> list[list[ProbeOptions]]:
    """For each network the probes that its candidates are."""
    if not options.heads or not backbones:
        raise OptionError("There is nothing to compare: name at least one of --backbones and one of --heads.")
    shared = {name: getattr(options, name) for name in options.model_fields_set & ProbeOptions.model_fields.keys()}
    return [
        [
            ProbeOptions(**{**shared, "backbone": backbone, "head": head, "name": None})
            for head in dict.fromkeys(options.heads)
        ]
        for backbone in dict.fromkeys(backbones)
    ]


def _run_probes(
    folder: Path, source: str, data: DatasetFeatures, trials: list[ProbeOptions], progress: Progress
) -> tuple[list[Contestant], dict[str, float], tuple[Finding, ...]]:
    """The trials of one network, which share its features and its time for an image; the seconds of each; findings."""
    require_classes(data.manifest)
    data, portions = portion_for_probe(data, trials[0].test_fraction, trials[0].seed)
    train, test = portions.train, portions.test
    finished, seconds = {}, {}
    progress.start(f"Fitting heads on {trials[0].backbone}", len(trials), unit="heads")
    for options in trials:
        watch, name = Stopwatch(), f"{options.backbone} + {options.head}"
        own = folder / folder_name(f"{options.backbone}-{options.head}")
        own.mkdir()
        finished[name] = run_probe(own, source, data, options, name=name, train=train, test=test, watch=watch)
        seconds[name] = sum(watch.seconds.values())
        progress.advance(1)
    first = next(iter(finished.values()))
    milliseconds = _time_one_image(first.classifier, data.pixels(test[:1]))
    contestants = [
        Contestant(
            name=name,
            backbone=options.backbone,
            head=options.head,
            predictions=trial.predictions,
            assessment=trial.assessment,
            costs=Costs(
                milliseconds=milliseconds,
                n_parameters=data.spec.n_parameters,
                n_bytes=sum(path.stat().st_size for path in trial.bundle.rglob("*.*")),
            ),
            folder=trial.bundle.parent.name,
        )
        for options, (name, trial) in zip(trials, finished.items(), strict=True)
    ]
    return contestants, seconds, first.findings


def _time_one_image(classifier: Classifier, pixels: NDArray[np.uint8]) -> float:
    """Median milliseconds of one image that is in memory, through network and head."""

    def once() -> None:
        classifier.probabilities(compute_features(classifier.engine, pixels))

    for _ in range(_N_WARM_UP):
        once()
    return 1000 * statistics.median(_seconds_of(once) for _ in range(_N_TIMED))


def _seconds_of(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
