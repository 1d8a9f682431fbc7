"""What a person should know of a data set before believing a number that comes from it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value, plural, quoted
from regraft.data.finding import Finding, left_out, make_finding
from regraft.data.names import UNLABELLED, ascii_quoted, loosely
from regraft.data.units import cluster_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.data.files import Unreadable
    from regraft.data.manifest import Manifest

_IMBALANCE = 10
"""Classes differ much where the largest has so many times the images of the smallest."""


class DataSummary(Value):
    """Counts of a data set.

    Attributes:
        n_images: Readable images.
        n_classes: Class names, with or without images.
        n_groups: Distinct groups.
        n_duplicates: Images that are exact copies of another one.
        n_unreadable: Files that were left out.
        reasons: How many of them for each reason.
        classes: Class name -> images by side ("images" where there is no split); images without label under "".
    """

    n_images: int
    n_classes: int
    n_groups: int
    n_duplicates: int
    n_unreadable: int
    reasons: dict[str, int]
    classes: dict[str, dict[str, int]]


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
    for (label, side), n_images in Counter(zip(manifest.labels.tolist(), sides, strict=True)).items():
        row = counts.setdefault("" if label == UNLABELLED else names[label], {})
        row[side or "images"] = n_images
    return DataSummary(
        n_images=len(manifest),
        n_classes=manifest.n_classes,
        n_groups=len(set(manifest.groups) - {None}),
        n_duplicates=len(digests) - len(set(digests)),
        n_unreadable=len(unreadable),
        reasons=dict(Counter(str(record.reason) for record in unreadable).most_common()),
        classes=counts,
    )


def find_problems(
    manifest: Manifest,
    digests: Sequence[str],
    unreadable: Sequence[Unreadable],
    sides: Sequence[str | None],
    *,
    n_folds: int | None = None,
) -> tuple[Finding, ...]:
    """Look for what makes a measured accuracy wrong or a class unlearnable.

    Args:
        manifest: n readable images.
        digests: Their content hashes.
        unreadable: The files that were left out.
        sides: The side of each image ("train", "test", ...); None where there is no split.
        n_folds: Folds of a cross-validation within the training side; None where there is none.
    """
    units = cluster_units(digests, manifest.groups)
    return (
        *left_out(unreadable),
        *_duplicates(manifest, digests, sides),
        *_torn_groups(manifest, sides),
        *_rare_classes(manifest, units),
        *_absent_classes(manifest, sides),
        *_similar_classes(manifest),
        *_fold_classes(manifest, units, sides, n_folds),
        *_imbalance(manifest),
        *manifest.remarks,
    )


def _duplicates(manifest: Manifest, digests: Sequence[str], sides: Sequence[str | None]) -> Iterator[Finding]:
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, digest in enumerate(digests):
        rows_of[digest].append(row)
    copies = [rows for rows in rows_of.values() if len(rows) > 1]
    labels = manifest.labels.tolist()
    contradicting = [rows for rows in copies if len({labels[row] for row in rows} - {UNLABELLED}) > 1]
    leaking = [rows for rows in copies if len({sides[row] for row in rows} - {None}) > 1]

    def examples(cases: list[list[int]]) -> Iterator[str]:
        return (" = ".join(manifest.paths[row] for row in rows[:3]) for rows in cases)

    if n := sum(len(rows) - 1 for rows in copies):
        message = f"{plural(n, 'image')} {_is(n)} an exact copy of another one."
        yield make_finding("duplicates", "note", message, n, examples(copies))
    if n := len(contradicting):
        message = f"{plural(n, 'image')} {_is(n)} there more than once, under different labels."
        yield make_finding("contradicting_labels", "warning", message, n, examples(contradicting))
    if n := len(leaking):
        message = f"{plural(n, 'image')} {_is(n)} in more than one split: {_TOO_GOOD}"
        yield make_finding("leaking_duplicates", "warning", message, n, examples(leaking))


def _torn_groups(manifest: Manifest, sides: Sequence[str | None]) -> Iterator[Finding]:
    sides_of: defaultdict[str, set[str]] = defaultdict(set)
    for group, side in zip(manifest.groups, sides, strict=True):
        if group is not None and side is not None:
            sides_of[group].add(side)
    torn = [group for group, found in sides_of.items() if len(found) > 1]
    if n := len(torn):
        message = f"{plural(n, 'group')} {_is(n)} in more than one split: {_TOO_GOOD}"
        yield make_finding("torn_groups", "warning", message, n, torn)


def _rare_classes(manifest: Manifest, units: NDArray[np.int64]) -> Iterator[Finding]:
    n_images, n_units = manifest.class_counts(), _count_units(manifest, units)
    if n := int((n_images == 0).sum()):
        message = f"{plural(n, 'class', 'classes')} without a readable image: never predicted."
        yield make_finding("empty_class", "warning", message, n, _names(manifest, n_images == 0))
    if n := int((n_units == 1).sum()):
        message = f"{plural(n, 'class', 'classes')} with a single image or group: nothing to measure them on."
        yield make_finding("single_image_class", "warning", message, n, _names(manifest, n_units == 1))


def _absent_classes(manifest: Manifest, sides: Sequence[str | None]) -> Iterator[Finding]:
    consequences = {
        "train": "cannot be learnt.",
        "val": "not among what judges a training.",
        "test": "not measured.",
    }
    for side, consequence in consequences.items():
        if side not in sides:
            continue
        here = manifest.select([name == side for name in sides]).class_counts()
        absent = (here == 0) & (manifest.class_counts() > 0)
        if n := int(absent.sum()):
            message = f"{plural(n, 'class', 'classes')} without an image in the {side} split: {consequence}"
            yield make_finding(f"absent_from_{side}", "warning", message, n, _names(manifest, absent))


def _similar_classes(manifest: Manifest) -> Iterator[Finding]:
    """Classes whose names are the same to a person: they are probably one."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in manifest.class_names:
        alike[loosely(name)].append(name)
    cases = [names for names in alike.values() if len(names) > 1]
    if n := len(cases):
        message = (
            f"{plural(n, 'name stands', 'names stand')} for several classes, which differ only in how it is written "
            "(case, blanks, signs, leading zeros, a letter's encoding). If they are one class, give them one name."
        )
        examples = (" = ".join(map(ascii_quoted, names)) for names in cases)
        yield make_finding("similar_classes", "warning", message, n, examples)


def _fold_classes(
    manifest: Manifest, units: NDArray[np.int64], sides: Sequence[str | None], n_folds: int | None
) -> Iterator[Finding]:
    in_train = np.array([side in ("train", None) for side in sides], np.bool_)
    n_units = _count_units(manifest.select(in_train), units[in_train])
    scarce = (n_units > 0) & (n_units < (n_folds or 0))
    if n := int(scarce.sum()):
        message = (
            f"{plural(n, 'class', 'classes')} with fewer images or groups to train on than the {n_folds} folds of the "
            "cross-validation: absent from some."
        )
        yield make_finding("fewer_than_folds", "note", message, n, _names(manifest, scarce))


def _imbalance(manifest: Manifest) -> Iterator[Finding]:
    counts = manifest.class_counts()
    present = np.flatnonzero(counts)
    if not len(present):
        return
    largest, smallest = present[np.argmax(counts[present])], present[np.argmin(counts[present])]
    if counts[largest] >= _IMBALANCE * counts[smallest]:
        message = (
            f"Classes differ much in size: {quoted(manifest.class_names[largest])} has "
            f"{plural(int(counts[largest]), 'image')}, {quoted(manifest.class_names[smallest])} "
            f"{counts[smallest]:,}. Look at the balanced accuracy too, and consider --class-weight balanced."
        )
        yield make_finding("imbalance", "note", message, len(present))


_TOO_GOOD = "the accuracy will look better than it is."


def _names(manifest: Manifest, chosen: NDArray[np.bool_]) -> Iterator[str]:
    return (manifest.class_names[place] for place in np.flatnonzero(chosen))


def _count_units(manifest: Manifest, units: NDArray[np.int64]) -> NDArray[np.int64]:
    """(k,) units that have images of each class."""
    labelled = manifest.labels != UNLABELLED
    pairs = np.unique(np.stack([manifest.labels[labelled], units[labelled]]), axis=1)
    return np.bincount(pairs[0], minlength=manifest.n_classes)


def _is(n: int) -> str:
    return "is" if n == 1 else "are"
