"""An audit: a data set's images as arrays, the checks on them, and the files that people and programs read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regraft.auditing import Audited, AuditedImages, audit_images
from regraft.core import cache_folder, plural
from regraft.data import find_problems, unkept
from regraft.experiments.decisions import write_decisions
from regraft.experiments.feature_runs import run_on_features
from regraft.experiments.head_choice import candidates_of
from regraft.experiments.portions import portion_for_probe
from regraft.experiments.quick_findings import as_arrays, sides_of
from regraft.experiments.reporting import left_out_files, notices_of, thumbnails_of, told_of_run
from regraft.experiments.results import RunResult
from regraft.experiments.run_folders import write_record
from regraft.reports import AuditReport, Stage, worst_first, write_audit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.auditing import AuditFinding
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.experiments.audit_options import AuditOptions
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.heads import Candidates

_N_STRENGTHS = 8


@dataclass(frozen=True, kw_only=True)
class AuditResult(RunResult):
    """What an audit gave.

    Attributes:
        folder: The run's folder: `audit.html`, `audit.json`, `run.json`.
        audit: All that was found and looked for, as in `audit.json`.
        noticed: What reading the data set showed: left out, guessed, doubtful.
        decisions: The table of proposals, if one was asked for.
    """

    audit: AuditReport
    findings: tuple[AuditFinding, ...]
    noticed: tuple[Finding, ...]
    decisions: Path | None

    @property
    def report(self) -> Path:
        """The page, for a browser."""
        return self.folder / "audit.html"

    @property
    def sentence(self) -> str:
        """The result in words."""
        return self.audit.sentence


def audit_dataset(source: str, options: AuditOptions, progress: Progress) -> AuditResult:
    """List, extract, check and write: `recipes.audit` says what is taken, given and raised."""
    with run_on_features(source, options, progress) as run:
        watch = run.watch
        images, data = gather(run.data, options, progress, watch)
        audited = audit_images(
            images,
            _candidates(options, data.networks.n_penultimate),
            n_folds=options.n_folds,
            seed=options.seed,
            progress=progress,
        )
        watch.seconds |= audited.seconds
        noticed = _noticed(data, images)
        report = _report(source, options, data, audited, noticed=noticed, watch=watch)
        with watch.stage("write page"):
            write_audit(report, run.folder, thumbnail=thumbnails_of(data.manifest))
        if options.decisions is not None:
            write_decisions(options.decisions, data.manifest, report.findings, data.unreadable)
        write_record(run.folder, source=source, options=options, seconds=watch.seconds, data=data)
    return AuditResult(
        folder=run.final,
        audit=report,
        findings=report.findings,
        noticed=noticed,
        decisions=options.decisions,
    )


def _candidates(options: AuditOptions, n_penultimate: int) -> Candidates:
    """Heads on the penultimate layer alone, scaled in one way, by fewer strengths than a probe tries."""
    candidates = candidates_of(options, n_penultimate)
    return replace(
        candidates,
        widths=candidates.widths[:1],
        normalisations=candidates.normalisations[:1],
        n_strengths=min(options.n_strengths, _N_STRENGTHS),
    )


def gather(
    data: DatasetFeatures, options: AuditOptions, progress: Progress, watch: Stopwatch
) -> tuple[AuditedImages, DatasetFeatures]:
    """The arrays of a data set, with the sides that a probe would measure it on.

    Args:
        data: Images and features.
        options: `test_fraction` and `seed`, where the data set has no split.
        progress: Where to report.
        watch: The times so far.
    """
    with watch.stage("looks"):
        looks = data.looks(progress)
    data, portions = portion_for_probe(data, options.test_fraction, options.seed)
    sides = sides_of(len(data.manifest), train=portions.train, test=portions.test)
    images = replace(as_arrays(data, sides), looks=looks, is_split_given=any(data.manifest.splits))
    return images, data


def _noticed(data: DatasetFeatures, images: AuditedImages) -> tuple[Finding, ...]:
    """What is known without looking at pixels; copies across splits are told with their pictures."""
    found = find_problems(data.manifest, data.digests, data.unreadable, images.sides)
    told = {"duplicates", "contradicting_labels", "leaking_duplicates"}
    return (*(one for one in found if one.code not in told), *unkept(cache_folder()))


def _report(
    source: str,
    options: AuditOptions,
    data: DatasetFeatures,
    audited: Audited,
    *,
    noticed: Sequence[Finding],
    watch: Stopwatch,
) -> AuditReport:
    n_classes = int((data.manifest.class_counts() > 0).sum())
    return AuditReport(
        title=f"{source}: audit",
        description=f"{plural(len(data.digests), 'image')} of {plural(n_classes, 'class', 'classes')}, "
        f"by features of {data.networks.name}",
        n_images=len(data.digests),
        n_classes=n_classes,
        gap=audited.gap,
        findings=worst_first(audited.findings),
        checks=audited.checks,
        notices=notices_of(noticed),
        left_out=left_out_files(data.unreadable),
        stages=tuple(Stage(name=name, seconds=seconds) for name, seconds in watch.seconds.items()),
        **told_of_run(options, source),
    )
