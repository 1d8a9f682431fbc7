"""Series that stand twice: images in a row that look one by one like images in another row, in the same order.

Two images that look alike prove little; forty neighbours whose nearest images are forty other neighbours, in the same
order, do. Such a run is a diagonal in the table of which image is near to which. Chance is measured on the diagonals of
the other direction, in which nothing is repeated: a run must be more than twice as long as the longest of these, and
the offsets beside its own must not have as many pairs, as they do where all images of two places are alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import require
from regraft.auditing.compression import principal_scores
from regraft.auditing.copies.candidates import nearest_pairs
from regraft.auditing.copies.finding_copies import has_detail
from regraft.auditing.findings import Action, Case, make_audit_finding
from regraft.core import plural, quoted
from regraft.data import file_series
from regraft.heads import normalise_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding

_N_IMAGES_MIN = 200
"""Of fewer images each is among the nearest of too many others."""
_N_NEIGHBOURS = 4
_N_AXES = 48
_N_PAIRS_MIN = 8
_N_GAP_MAX = 3
"""So many files further on the next pair must be."""
_PART_MIN = 0.6
"""Of a run's images must have their partner among their nearest."""
_N_BESIDE = 5
_BY_CHANCE = 2


@dataclass(frozen=True, eq=False)
class Repeat:
    """A series that stands twice.

    Attributes:
        first: (m,) rows of the images, in the order of their files.
        second: (m,) rows of their partners.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Repeats:
    """The series that stand twice, the longest first.

    Attributes:
        found: These.
        n_images: How many images were looked at.
        n_by_chance: How many pairs the longest run has in the direction in which nothing is repeated.
    """

    found: tuple[Repeat, ...]
    n_images: int
    n_by_chance: int

    def units(self) -> NDArray[np.int64]:
        """(n,) int64, the same number for an image and its partner."""
        numbers = np.arange(self.n_images)
        for repeat in reversed(self.found):
            numbers[repeat.second] = numbers[repeat.first]
        return numbers


def measure_repeats(images: AuditedImages, *, seed: int = 0) -> Repeats:
    """Look for series that stand twice.

    Args:
        images: Images with looks.
        seed: Of the axes.

    Raises:
        NotChecked: No image was decoded, or fewer than 200 have detail.
    """
    thumbnails = images.decoded_looks["thumbnail"]
    in_order = np.concatenate([np.zeros(0, np.int64), *file_series(images.paths)])
    places = np.flatnonzero(has_detail(thumbnails[in_order]))
    require(len(places), _N_IMAGES_MIN, "picture with detail", "pictures with detail")
    shown = thumbnails[in_order[places]].reshape(len(places), -1).astype(np.float32)
    shown -= shown.mean(axis=1, keepdims=True)
    codes = normalise_rows(principal_scores(normalise_rows(shown), _N_AXES, seed))
    pairs = places[nearest_pairs([codes], codes, _N_NEIGHBOURS, seed)]
    n_by_chance = max((len(run) for run in _runs(pairs, forwards=False)), default=0)
    least = max(_N_PAIRS_MIN, _BY_CHANCE * n_by_chance + 1)
    runs = sorted((run for run in _runs(pairs, forwards=True) if len(run) >= least), key=len, reverse=True)
    return Repeats(tuple(_repeat(run, in_order) for run in runs), len(images), n_by_chance)


def _repeat(run: NDArray[np.int64], in_order: NDArray[np.int64]) -> Repeat:
    """All images of a run, with those in between whose partner is not among their nearest."""
    first = np.arange(run[0, 0], run[-1, 0] + 1)
    return Repeat(in_order[first], in_order[first + run[0, 1] - run[0, 0]])


def _runs(pairs: NDArray[np.int64], *, forwards: bool) -> Iterator[NDArray[np.int64]]:
    """(m, 2) pairs on one diagonal, close behind each other, that do not overlap with their partners."""
    first, second = pairs.T
    offsets = second - first if forwards else second + first
    order = np.lexsort((first, offsets))
    pairs, offsets = pairs[order], offsets[order]
    ends = np.flatnonzero((np.diff(offsets) != 0) | (np.diff(pairs[:, 0]) > _N_GAP_MAX)) + 1
    runs = [run for run in np.split(pairs, ends) if len(run) >= _N_PAIRS_MIN]
    for run in runs:
        length = int(run[-1, 0] - run[0, 0]) + 1
        is_apart = run[:, 1].min() - run[:, 0].max() > 0
        if is_apart and len(run) >= _PART_MIN * length and _stands_out(run, pairs, offsets, forwards=forwards):
            yield run


def _stands_out(
    run: NDArray[np.int64], pairs: NDArray[np.int64], offsets: NDArray[np.int64], *, forwards: bool
) -> bool:
    """Whether the diagonals beside a run's own have at most half as many pairs along it."""
    own = int(run[0, 1] - run[0, 0] if forwards else run[0, 1] + run[0, 0])
    near = slice(*np.searchsorted(offsets, (own - _N_BESIDE, own + _N_BESIDE + 1)))
    along = (pairs[near, 0] >= run[0, 0]) & (pairs[near, 0] <= run[-1, 0]) & (offsets[near] != own)
    beside = Counter(offsets[near][along].tolist())
    return 2 * max(beside.values(), default=0) <= len(run)


def find_repeats(images: AuditedImages, repeats: Repeats) -> tuple[AuditFinding, ...]:
    """One finding of all series that stand twice, if there are any.

    Args:
        images: The images.
        repeats: What `measure_repeats` found.
    """
    if not repeats.found:
        return ()
    pairs = [
        (int(one), int(two)) for found in repeats.found for one, two in zip(found.first, found.second, strict=True)
    ]
    n_torn = sum(len({images.sides[one], images.sides[two]} - {None}) > 1 for one, two in pairs)
    n_labels = sum(int(images.labels[one] != images.labels[two]) for one, two in pairs)
    return (
        make_audit_finding(
            "leakage" if n_torn else "copies",
            "repeated_series",
            _message(images, repeats, n_torn, n_labels),
            severity="warning" if n_torn or n_labels else "note",
            certainty="likely",
            cause="The same things were photographed once more in the same order, or a part of the images was saved "
            "again.",
            advice="Keep both images of a pair on one side of every split: the proposal does. Look at those with two "
            "labels: at most one is right.",
            n=len(pairs),
            evidence={
                "n_series": len(repeats.found),
                "n_pairs": len(pairs),
                "n_pairs_across_sides": n_torn,
                "n_pairs_with_two_labels": n_labels,
                "n_pairs_in_a_row_by_chance": repeats.n_by_chance,
                "n_images": len(images),
            },
            cases=(_case(images, one, two) for one, two in sorted(pairs, key=lambda pair: _is_one_label(images, pair))),
        ),
    )


def _message(images: AuditedImages, repeats: Repeats, n_torn: int, n_labels: int) -> str:
    longest, n_more = repeats.found[0], len(repeats.found) - 1
    ends = [quoted(images.paths[row]) for part in (longest.first, longest.second) for row in (part[0], part[-1])]
    more = f", and {plural(n_more, 'more series', 'more series')}" if n_more else ""
    torn = f" {plural(n_torn, 'pair')} {'lies' if n_torn == 1 else 'lie'} on both sides of the split." if n_torn else ""
    labels = f" {plural(n_labels, 'pair')} {'has' if n_labels == 1 else 'have'} two labels." if n_labels else ""
    return (
        f"A series of {plural(len(longest.first), 'image')} stands twice{more}: {ends[0]} to {ends[1]} look one by one "
        f"like {ends[2]} to {ends[3]}.{torn}{labels}"
    )


def _is_one_label(images: AuditedImages, pair: tuple[int, int]) -> bool:
    return bool(images.labels[pair[0]] == images.labels[pair[1]])


def _case(images: AuditedImages, one: int, two: int) -> Case:
    names = [images.class_names[images.labels[row]] for row in (one, two)]
    together = Action(verb="group", to=images.groups[one] or f"copies of {images.paths[one]}")
    return Case(
        paths=(images.paths[one], images.paths[two]),
        note="the same place in both series" + (f": {names[0]} and {names[1]}" if names[0] != names[1] else ""),
        actions=(together, together),
    )
