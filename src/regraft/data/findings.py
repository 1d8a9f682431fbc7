"""What a person should know of a data set before believing a number that comes from it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

import numpy as np

from regraft.core import Value, plural
from regraft.data.units import cluster_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.data.manifest import Manifest
    from regraft.data.unreadable import Unreadable

_N_EXAMPLES = 6


class Finding(Value):
    """One thing that was noticed: a stable code, how bad it is, a sentence, and where to look."""

    code: str
    severity: Literal["warning", "note"]
    message: str
    n: int
    examples: tuple[str, ...] = ()


class DataSummary(Value):
    """Counts of a data set."""

    n_images: int
    n_classes: int
    n_groups: int
    n_duplicates: int
    n_unreadable: int
    classes: dict[str, dict[str, int]]
    """Class name -> images by side."""


def summarise(
    manifest: Manifest, digests: Sequence[str], unreadable: Sequence[Unreadable], sides: Sequence[str | None]
) -> DataSummary:
    """Count images, classes, groups and duplicates.

    Args:
        manifest: n readable images.
        digests: Their content hashes.
        unreadable: The files that were left out.
        sides: The side of each image ("train", "test", ...); None where there is no split.
    """
    names = manifest.class_names
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    for label, side in zip(manifest.labels.tolist(), sides, strict=True):
        row = counts[names[label]] if label >= 0 else counts.setdefault("", {})
        row[side or "images"] = row.get(side or "images", 0) + 1
    return DataSummary(
        n_images=len(manifest),
        n_classes=manifest.n_classes,
        n_groups=len(set(manifest.groups) - {None}),
        n_duplicates=len(digests) - len(set(digests)),
        n_unreadable=len(unreadable),
        classes=counts,
    )


def find_problems(
    manifest: Manifest, digests: Sequence[str], unreadable: Sequence[Unreadable], sides: Sequence[str | None]
) -> tuple[Finding, ...]:
    """Look for what makes a measured accuracy wrong or a class unlearnable.

    Args:
        manifest: n readable images.
        digests: Their content hashes.
        unreadable: The files that were left out.
        sides: The side of each image ("train", "test", ...); None where there is no split.
    """
    findings = [
        _unreadable_files(unreadable),
        *_duplicates(manifest, digests, sides),
        *_rare_classes(manifest, digests, sides),
        _imbalance(manifest),
        _split_groups(manifest, sides),
        _skipped_files(manifest),
    ]
    return tuple(finding for finding in findings if finding is not None)


def _unreadable_files(unreadable: Sequence[Unreadable]) -> Finding | None:
    if not unreadable:
        return None
    return Finding(
        code="unreadable",
        severity="warning",
        message=f"{plural(len(unreadable), 'file')} could not be read and {_was(len(unreadable))} left out.",
        n=len(unreadable),
        examples=tuple(f"{record.path}: {record.reason}" for record in unreadable[:_N_EXAMPLES]),
    )


def _duplicates(manifest: Manifest, digests: Sequence[str], sides: Sequence[str | None]) -> list[Finding | None]:
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, digest in enumerate(digests):
        rows_of[digest].append(row)
    copies = [rows for rows in rows_of.values() if len(rows) > 1]
    contradicting = [rows for rows in copies if len({int(manifest.labels[row]) for row in rows}) > 1]
    leaking = [rows for rows in copies if len({sides[row] for row in rows}) > 1]

    def finding(
        code: str, severity: Literal["warning", "note"], message: str, cases: list[list[int]]
    ) -> Finding | None:
        if not cases:
            return None
        examples = tuple(" = ".join(manifest.paths[row] for row in rows[:3]) for rows in cases[:_N_EXAMPLES])
        return Finding(code=code, severity=severity, message=message, n=len(cases), examples=examples)

    n_extra = sum(len(rows) - 1 for rows in copies)
    return [
        finding(
            "duplicates", "note", f"{plural(n_extra, 'image')} {_is(n_extra)} an exact copy of another one.", copies
        ),
        finding(
            "contradicting_labels",
            "warning",
            f"{plural(len(contradicting), 'image')} {_is(len(contradicting))} there more than once, under different labels.",
            contradicting,
        ),
        finding(
            "leaking_duplicates",
            "warning",
            f"{plural(len(leaking), 'image')} {_is(len(leaking))} in the training and in the test split: "
            "the accuracy will look better than it is.",
            leaking,
        ),
    ]


def _rare_classes(manifest: Manifest, digests: Sequence[str], sides: Sequence[str | None]) -> list[Finding | None]:
    labels = manifest.labels
    units = cluster_units(digests, manifest.groups)
    labelled = labels >= 0
    pairs = np.unique(np.stack([labels[labelled], units[labelled]]), axis=1)
    n_units = np.bincount(pairs[0], minlength=manifest.n_classes)
    n_images = manifest.class_counts()

    def finding(code: str, positions: np.ndarray, what: str) -> Finding | None:
        if not len(positions):
            return None
        names = tuple(manifest.class_names[place] for place in positions[:_N_EXAMPLES])
        message = f"{plural(len(positions), 'class', 'classes')} {what}"
        return Finding(code=code, severity="warning", message=message, n=len(positions), examples=names)

    findings = [
        finding("empty_class", np.flatnonzero(n_images == 0), "without a readable image: never predicted."),
        finding(
            "single_image_class",
            np.flatnonzero((n_units == 1) & (n_images > 0)),
            "with a single image or group: nothing to measure them on.",
        ),
    ]
    for side in ("train", "test"):
        if side in sides:
            here = np.array([name == side for name in sides])
            absent = np.bincount(labels[here & labelled], minlength=manifest.n_classes) == 0
            what = "without an image to train on." if side == "train" else "without an image in the test: not measured."
            findings.append(finding(f"absent_from_{side}", np.flatnonzero(absent & (n_images > 0)), what))
    return findings


def _imbalance(manifest: Manifest) -> Finding | None:
    counts = manifest.class_counts()
    present = counts[counts > 0]
    if len(present) < 2 or present.max() < 10 * present.min():
        return None
    largest, smallest = int(np.argmax(counts)), int(np.argmin(np.where(counts > 0, counts, counts.max())))
    return Finding(
        code="imbalance",
        severity="note",
        message=f"Classes differ much in size: the largest has {present.max():,} images, the smallest "
        f"{present.min():,}. Look at the balanced accuracy too, and consider --class-weight balanced.",
        n=len(present),
        examples=(manifest.class_names[largest], manifest.class_names[smallest]),
    )


def _split_groups(manifest: Manifest, sides: Sequence[str | None]) -> Finding | None:
    seen: defaultdict[str, set[str | None]] = defaultdict(set)
    for group, side in zip(manifest.groups, sides, strict=True):
        if group is not None:
            seen[group].add(side)
    torn = [group for group, found in seen.items() if len(found) > 1]
    if not torn:
        return None
    return Finding(
        code="torn_groups",
        severity="warning",
        message=f"{plural(len(torn), 'group')} {_is(len(torn))} in the training and in the test split: "
        "the accuracy will look better than it is.",
        n=len(torn),
        examples=tuple(torn[:_N_EXAMPLES]),
    )


def _skipped_files(manifest: Manifest) -> Finding | None:
    if not manifest.n_skipped:
        return None
    return Finding(
        code="other_files",
        severity="note",
        message=f"{plural(manifest.n_skipped, 'file')} with other extensions {_was(manifest.n_skipped)} not looked at.",
        n=manifest.n_skipped,
        examples=manifest.skipped,
    )


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _was(n: int) -> str:
    return "was" if n == 1 else "were"
