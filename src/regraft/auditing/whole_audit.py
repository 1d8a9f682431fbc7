"""All checks, in the order in which they need each other."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import N_UNITS_MIN, Check, CheckLog, NotChecked, require
from regraft.auditing.copies import find_copies, judge_copies
from regraft.auditing.copies.finding_copies import N_PICTURES_MIN
from regraft.auditing.files import find_suspicious_files, find_unusual_files
from regraft.auditing.labels.confusions import find_confused_classes
from regraft.auditing.labels.errors import find_label_errors, judge_labels
from regraft.auditing.outliers import find_outliers
from regraft.auditing.repeats import find_repeats, measure_repeats
from regraft.auditing.series import find_series, measure_series
from regraft.auditing.series.groupings import require_days
from regraft.auditing.series.measuring import groups_in_series
from regraft.auditing.shift import find_shift
from regraft.auditing.shortcuts import find_shortcuts
from regraft.auditing.weak_slices import find_weak_slices
from regraft.core import plural
from regraft.data import cluster_units, split_folds
from regraft.heads import FoldRefits, FoldTable, cross_validate, limited_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future, ThreadPoolExecutor

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.copies import Copies
    from regraft.auditing.findings import AuditFinding, AuditKind
    from regraft.auditing.repeats import Repeats
    from regraft.auditing.series import SeriesGap
    from regraft.core import Progress
    from regraft.heads import Candidates

    Findings = tuple[AuditFinding, ...]

_N_CHECKS = 14
_SIDES = {"train": "training", "val": "validation", "test": "test"}
_N_REPEATS = 3


@dataclass(frozen=True, eq=False)
class Audited:
    """What an audit found.

    Attributes:
        images: What was looked at, with out-of-fold probabilities.
        findings: In the order of the checks.
        checks: Everything that was looked for.
        gap: What a random split hides, where images come in series; None where nothing speaks for it.
        seconds: By check.
    """

    images: AuditedImages
    findings: tuple[AuditFinding, ...]
    checks: tuple[Check, ...]
    gap: SeriesGap | None
    seconds: dict[str, float]


def audit_images(
    images: AuditedImages,
    candidates: Candidates,
    *,
    n_folds: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
) -> Audited:
    """Make all checks.

    Args:
        images: With looks and features.
        candidates: The heads whose out-of-fold answers are looked at.
        n_folds: Of the cross-validation.
        seed: Chooses folds and shuffles.
        progress: Where to report.

    Raises:
        ValueError: There are no features.
    """
    log = CheckLog(progress, _N_CHECKS)
    with _beside(images) as pool:
        copying = pool.submit(find_copies, images)  # the longest
        measuring = pool.submit(measure_series, images, n_repeats=_N_REPEATS, seed=seed)
        repeating = pool.submit(measure_repeats, images, seed=seed)
        copies = _check_copies(log, images, copying)
        repeats = _check_repeats(log, images, repeating)
        gap = _check_series(log, images, measuring)
    units = _joined(images.units, copies.units())
    if repeats is not None:
        units = _joined(units, repeats.units())
    if gap is not None and gap.matters:
        units = _joined(units, groups_in_series(images, gap))
    n_all = plural(len(images), "image")
    log.add("files", "Suspicious files", n_all, lambda: find_suspicious_files(images))
    log.add("files", "Tiny files, grey ones among coloured ones", n_all, lambda: find_unusual_files(images))
    judge = log.time("Cross-validation", lambda: _Judge(images, units, candidates, n_folds, seed))
    judged = judge.judged()
    with _beside(images) as pool:
        _check_answers(log, judged, pool.submit(judge.label_errors), seed)
    return Audited(judged, tuple(log.findings), tuple(log.checks), gap, log.seconds)


@contextmanager
def _beside(images: AuditedImages) -> Iterator[ThreadPoolExecutor]:
    """Two threads for the longest of some checks; each does its linear algebra alone."""
    from concurrent.futures import ThreadPoolExecutor  # here, because it brings logging with it

    assert images.features is not None
    with limited_threads(images.features, 1), ThreadPoolExecutor(2) as pool:
        yield pool


def _check_answers(log: CheckLog, judged: AuditedImages, labelling: Future[Findings], seed: int) -> None:
    """What answers out of fold tell: of labels, of classes, and of what gives a class away."""
    n_all, classes = plural(len(judged), "image"), _classes(judged)
    parts = f"folders, sizes, formats and light of {n_all}"
    others: tuple[tuple[AuditKind, str, str, Callable[[], Findings]], ...] = (
        ("classes", "Classes that may be one", classes, lambda: find_confused_classes(judged)),
        ("shortcuts", "Shortcuts", f"files and light of {classes}", lambda: find_shortcuts(judged, seed=seed)),
        ("slices", "Parts that are recognised worse", parts, lambda: find_weak_slices(judged, seed=seed)),
        ("shift", "Training against test", _sizes(judged), lambda: find_shift(judged, seed=seed)),
        ("outliers", "Unlike the others", n_all, lambda: find_outliers(judged, seed=seed)),
    )
    for check in others:
        log.add(*check)
    log.add("labels", "Wrong labels", n_all, labelling.result)


def _check_copies(log: CheckLog, images: AuditedImages, copying: Future[Copies]) -> Copies:
    """The same files and the same pictures, on both sides of the split and otherwise."""
    copies = log.time("Copies", copying.result)
    found = judge_copies(images, copies)
    n_compared = int(copies.evidence.get("n_compared", 0))
    files, pictures = plural(len(images), "file"), plural(n_compared, "picture")

    def on_both_sides() -> tuple[AuditFinding, ...]:
        if set(images.sides) <= {None}:
            raise NotChecked("the images have no split")
        return tuple(one for one in found if one.kind == "leakage")

    def in_other_forms() -> tuple[AuditFinding, ...]:
        require(n_compared, N_PICTURES_MIN, "picture with detail", "pictures with detail")
        return tuple(one for one in found if one.kind == "copies" and one.certainty != "certain")

    same = tuple(one for one in found if one.kind == "copies" and one.certainty == "certain")
    by = f"{files} and {pictures}" if n_compared >= N_PICTURES_MIN else f"{files}, byte by byte alone"
    log.add("leakage", "Copies on both sides of the split", by, on_both_sides)
    log.add("copies", "The same files", f"{files}, each with all others", lambda: same)
    detail = f"{pictures} with detail of {plural(len(images), 'image')}"
    log.add("copies", "The same pictures in other forms", detail, in_other_forms)
    return copies


def _check_repeats(log: CheckLog, images: AuditedImages, repeating: Future[Repeats]) -> Repeats | None:
    """Series that stand twice; None where they could not be looked for."""
    measured: list[Repeats] = []

    def found() -> tuple[AuditFinding, ...]:
        measured.append(repeating.result())
        return find_repeats(images, measured[0])

    log.add("copies", "Series that stand twice", f"{plural(len(images), 'image')} in the order of their files", found)
    return measured[0] if measured else None


def _check_series(log: CheckLog, images: AuditedImages, measuring: Future[SeriesGap | None]) -> SeriesGap | None:
    """Series by names, folders, dates and order; and by the days on which images were taken, where that is known."""
    gaps: list[SeriesGap | None] = []
    n_all = plural(len(images), "image")

    def found(*, in_days: bool) -> tuple[AuditFinding, ...]:
        if not gaps:
            gaps.append(measuring.result())
        if in_days:
            require_days(images)
        gap = gaps[0]
        return find_series(images, gap) if gap is not None and (gap.kind == "days") == in_days else ()

    log.add("groups", "Series", f"names, folders, dates and order of {n_all}", lambda: found(in_days=False))
    log.add("groups", "Series by day", f"days on which {n_all} were taken", lambda: found(in_days=True))
    return gaps[0] if gaps else None


def _classes(images: AuditedImages) -> str:
    n = images.units_by_class
    n_large, n_classes = int((n >= N_UNITS_MIN).sum()), int((n > 0).sum())
    classes = plural(n_classes, "class", "classes")
    return classes if n_large == n_classes else f"{n_large:,} of {classes}: those with {N_UNITS_MIN} independent images"


class _Judge:
    """Heads that have seen neither an image, nor its group, nor a copy of it; and what they think of its label."""

    def __init__(
        self, images: AuditedImages, units: NDArray[np.int64], candidates: Candidates, n_folds: int, seed: int
    ) -> None:
        if images.features is None:
            raise ValueError("an audit needs features")
        self._fold_of = split_folds(images.labels, units, images.digests, n_folds=n_folds, seed=seed)
        self._images, self._seed = images, seed
        self._found = cross_validate(
            images.features, images.labels, FoldTable.of(self._fold_of), candidates, streams=False
        )

    def judged(self) -> AuditedImages:
        """The images with out-of-fold probabilities."""
        probabilities = np.zeros((len(self._images), self._images.n_classes))
        probabilities[:, self._found.classes] = self._found.probabilities
        return replace(self._images, probabilities=probabilities, fold_of=self._fold_of)

    def label_errors(self) -> tuple[AuditFinding, ...]:
        """Labels that may be wrong."""
        images = self.judged()
        refits = FoldRefits.like(self._found, images.n_classes)
        found = judge_labels(images, refits, seed=self._seed)
        return find_label_errors(images, found)


def _joined(units: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Images that share a number in either share one."""
    one, two = (list(map(str, column.tolist())) for column in (units, others))
    return cluster_units(one, two)


def _sizes(images: AuditedImages) -> str:
    counts = {side: images.sides.count(side) for side in _SIDES}
    return " against ".join(plural(n, f"{_SIDES[side]} image") for side, n in counts.items() if n)
