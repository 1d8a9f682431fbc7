"""All checks, in the order in which they need each other."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import Check
from regraft.auditing.class_marks import find_class_marks
from regraft.auditing.copies import find_copies, judge_copies
from regraft.auditing.files import find_suspicious_files
from regraft.auditing.labels.confusions import find_confused_classes
from regraft.auditing.labels.errors import find_label_errors, judge_labels
from regraft.auditing.outliers import find_outliers
from regraft.auditing.series import find_series, measure_series
from regraft.auditing.series.measuring import groups_in_series
from regraft.auditing.shift import find_shift
from regraft.auditing.shortcuts import find_shortcuts
from regraft.auditing.weak_slices import find_weak_slices
from regraft.core import SilentProgress, plural
from regraft.data import cluster_units, split_folds
from regraft.heads import FoldRefits, FoldTable, cross_validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding, AuditKind
    from regraft.auditing.series import SeriesGap
    from regraft.core import Progress
    from regraft.heads import Candidates

    Answer = TypeVar("Answer")


_N_CHECKS = 10
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
    log = _Log(progress or SilentProgress(), _N_CHECKS)
    n_all = plural(len(images), "image")
    copies = log.time("Copies", lambda: find_copies(images))
    log.add("copies", "Copies", f"{n_all}, each with all others", lambda: judge_copies(images, copies))
    gap = log.time("Series", lambda: measure_series(images, n_repeats=_N_REPEATS, seed=seed))
    names = f"names, folders, dates and order of {n_all}"
    log.add("groups", "Series", names, lambda: find_series(images, gap) if gap else ())
    units = _joined(images.units, copies.units())
    if gap is not None and gap.matters:
        units = _joined(units, groups_in_series(images, gap))
    judge = log.time("Cross-validation", lambda: _Judge(images, units, candidates, n_folds, seed))
    judged = judge.judged()
    log.add("files", "Suspicious files", n_all, lambda: find_suspicious_files(images))
    log.add("files", "What one class's files alone have", n_all, lambda: find_class_marks(images))
    log.add("labels", "Wrong labels", n_all, judge.label_errors)
    log.add("classes", "Classes that may be one", n_all, lambda: find_confused_classes(judged))
    log.add("shortcuts", "Shortcuts", n_all, lambda: find_shortcuts(judged, seed=seed))
    log.add("slices", "Parts that are recognised worse", n_all, lambda: find_weak_slices(judged, seed=seed))
    log.add("shift", "Training against test", _sizes(images), lambda: find_shift(judged, seed=seed))
    log.add("outliers", "Unlike the others", n_all, lambda: find_outliers(judged, seed=seed))
    return Audited(judged, tuple(log.findings), tuple(log.checks), gap, log.seconds)


class _Judge:
    """Heads that have seen neither an image, nor its group, nor a copy of it; and what they think of its label."""

    def __init__(
        self, images: AuditedImages, units: NDArray[np.int64], candidates: Candidates, n_folds: int, seed: int
    ) -> None:
        if images.features is None:
            raise ValueError("an audit needs features")
        self._fold_of = split_folds(images.labels, units, images.digests, n_folds=n_folds, seed=seed)
        self._images, self._seed = images, seed
        self._found = cross_validate(images.features, images.labels, FoldTable.of(self._fold_of), candidates)

    def judged(self) -> AuditedImages:
        """The images with out-of-fold probabilities."""
        probabilities = np.zeros((len(self._images), self._images.n_classes))
        probabilities[:, self._found.classes] = self._found.probabilities
        return replace(self._images, probabilities=probabilities, fold_of=self._fold_of)

    def label_errors(self) -> tuple[AuditFinding, ...]:
        """Labels that may be wrong."""
        images = self.judged()
        refits = FoldRefits.like(self._found, self._fold_of, images.n_classes)
        found = judge_labels(images, refits, seed=self._seed)
        return () if found is None else find_label_errors(images, found)


def _joined(units: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Images that share a number in either share one."""
    one, two = (list(map(str, column.tolist())) for column in (units, others))
    return cluster_units(one, two)


def _sizes(images: AuditedImages) -> str:
    counts = {side: images.sides.count(side) for side in ("train", "val", "test")}
    return " against ".join(plural(n, f"{side} image") for side, n in counts.items() if n)


class _Log:
    """Carries checks out one after the other, and remembers what came of each."""

    def __init__(self, progress: Progress, n_checks: int) -> None:
        self.findings: list[AuditFinding] = []
        self.checks: list[Check] = []
        self.seconds: dict[str, float] = {}
        self._progress = progress
        progress.start("Checking", n_checks, unit="checks")

    def add(self, kind: AuditKind, name: str, looked_at: str, find: Callable[[], tuple[AuditFinding, ...]]) -> None:
        """Make a check."""
        found = self.time(name, find)
        self.findings += found
        self.checks.append(Check(kind=kind, name=name, looked_at=looked_at, n_findings=len(found)))
        self._progress.advance()

    def time(self, name: str, find: Callable[[], Answer]) -> Answer:
        """Do something that belongs to a check."""
        began = time.perf_counter()
        self._progress.tell(name)
        answer = find()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
        return answer
