"""`regraft compare`: several networks and heads on the same images, with the evidence for which is best."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Unpack

from pydantic import Field

from regraft.core import OptionError, SilentProgress, as_source, cache_folder, needs_extra, placed
from regraft.data import fingerprint_manifest, require_classes
from regraft.datasets import read_dataset
from regraft.experiments import (
    OTHER_NETWORK,
    Contest,
    ExperimentOptions,
    FeatureOptions,
    LearningResult,
    ProbeOptions,
    RunFolder,
    RunOptions,
    command_line,
    installed_versions,
    learnt_backbones_here,
    notices_of,
    now,
    open_network,
    write_record,
)
from regraft.heads import HeadKind
from regraft.reports import Comparison, write_comparison

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.recipes.settings import CompareSettings


class CompareOptions(RunOptions, ExperimentOptions, FeatureOptions):
    """Settings of `compare`."""

    VERB: ClassVar[str] = "compare"

    backbones: tuple[str, ...] = Field(
        (),
        description="Pretrained networks: names from `regraft backbones` or timm. By default all those whose learnt "
        "weights are on this machine.",
        json_schema_extra=placed("network", 10) | needs_extra("torch", OTHER_NETWORK),
    )
    heads: tuple[HeadKind, ...] = Field(
        ("softmax", "svm"), description="Linear heads.", json_schema_extra=placed("head", 10)
    )


@dataclass(frozen=True, kw_only=True)
class CompareResult(LearningResult):
    """What a comparison gave.

    Attributes:
        folder: The run's folder: `report.html`, `comparison.json`, `run.json`, and one folder for each candidate with
            all that `probe` writes.
        comparison: The candidates, the best first.
    """

    comparison: Comparison

    @property
    def bundle(self) -> Path:
        """The saved classifier of the best candidate."""
        return self.folder / self.comparison.best.folder / "bundle"


def compare(
    source: str | Path,
    options: CompareOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[CompareSettings],
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
    manifest = require_classes(read_dataset(source, options.reading()))
    # Opened before anything is computed: a missing network is found out now, not after an hour.
    networks = [open_network(probes[0], cache_folder(), progress=progress) for probes in plan]
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-compare") as run:
        prints = fingerprint_manifest(manifest, progress=progress)
        contest = Contest(run.folder, source, manifest, prints, progress, findings=chosen)
        for probes, network in zip(plan, networks, strict=True):
            data = contest.enter(probes, network)
        comparison = _rank(contest, source, options)
        write_comparison(comparison, run.folder)
        write_record(run.folder, source=source, options=options, seconds=contest.seconds, data=data)
    return CompareResult(
        folder=run.final,
        comparison=comparison,
        n_train=len(data.digests) - comparison.n_images,
        n_test=comparison.n_images,
        n_unreadable=len(data.unreadable),
        seconds=contest.seconds,
        findings=contest.findings,
    )


def choose_backbones(options: CompareOptions) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The networks to compare; and, where the user named none, which were chosen and why."""
    if options.backbones:
        return options.backbones, ()
    names, note = learnt_backbones_here()
    return names, (note,)


def _rank(contest: Contest, source: str, options: CompareOptions) -> Comparison:
    """How the candidates stand, and how that was found."""
    ranking = contest.rank()
    return Comparison(
        n_images=ranking.n_images,
        n_groups=ranking.n_groups,
        confidence=ranking.confidence,
        candidates=ranking.candidates,
        caveats=ranking.caveats,
        title=f"{source}: {len(contest.contestants)} classifiers compared",
        created=now(),
        options=options.model_dump(mode="json"),
        versions=installed_versions(),
        reproduce=command_line(options, source),
        notices=notices_of(contest.findings),
    )


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
