"""Classes that are confused both ways: perhaps they are one class, or their border is nowhere written down."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist, median
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import N_UNITS_MIN, require
from regraft.auditing.findings import AuditFinding, Case, make_audit_finding
from regraft.core import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages

_N_CLASSES_MIN = 3
"""Of two it is not known how well others are told apart."""
_MISTAKE = 0.05
"""How often, at most, one of the pairs that were looked at may be named although it is told apart."""
_N_SHOWN = 2


@dataclass(frozen=True)
class ConfusedClasses:
    """Two classes that can hardly be told from each other.

    Attributes:
        one: A class.
        other: The class that most of its mistaken images are taken for, and the other way round.
        n_of_one: How many images of the first there are, and of them n_as_other are taken for the other.
        n_as_other: See above.
        n_of_other: The same of the second.
        n_as_one: See above.
        separation: The chance that, of an image of each, the right one looks more like the second class: 0.5 if they
            cannot be told, 1 if they always can (area under the ROC curve).
        high: Its upper limit, with a correction for how many pairs were looked at.
    """

    one: int
    other: int
    n_of_one: int
    n_as_other: int
    n_of_other: int
    n_as_one: int
    separation: float
    high: float


def find_confused_classes(images: AuditedImages) -> tuple[AuditFinding, ...]:
    """Pairs of classes, of at least 10 objects each, that are told apart much worse than others of this data set.

    Looked at are the pairs of which each is what the other is mostly mistaken for. A pair is named if the upper limit
    of its separation lies nearer to that of a coin than to the usual one: the median over pairs of classes that stand
    beside each other in the list.

    Args:
        images: With out-of-fold probabilities.

    Raises:
        ValueError: There are none.
        NotChecked: There are fewer than three such classes.
    """
    if images.probabilities is None:
        raise ValueError("these images have no probabilities")
    found, n_looked_at, limit = _confused(images, images.probabilities)
    if not found:
        return ()
    first = found[0]
    one, other = images.class_names[first.one], images.class_names[first.other]
    rest = f" So are {plural(len(found) - 1, 'more pair')} of classes." if len(found) > 1 else ""
    message = (
        f"{one} and {other} are confused both ways: {first.n_as_other:,} of {plural(first.n_of_one, 'image')} of {one} "
        f"look like {other}, and {first.n_as_one:,} of {first.n_of_other:,} the other way round.{rest}"
    )
    finding = make_audit_finding(
        "classes",
        "confused_classes",
        message,
        severity="warning",
        certainty="likely",
        cause="They may be one class under two names, or what tells them apart cannot be seen in these images.",
        advice="Look at some side by side; join the classes, or write down what tells them apart and label again.",
        n=len(found),
        evidence={
            "n_pairs_looked_at": n_looked_at,
            "separation": first.separation,
            "separation_at_most": first.high,
            "separation_by_chance": 0.5,
            "separation_that_alarms": limit,
        },
        cases=_cases(images, images.probabilities, found),
    )
    return (finding,)


def _confused(images: AuditedImages, probabilities: NDArray[np.float64]) -> tuple[list[ConfusedClasses], int, float]:
    """The pairs, the worst first; how many were looked at; the separation below which one is named."""
    labels = images.labels
    objects = images.units_by_class
    usable = np.flatnonzero(objects >= N_UNITS_MIN)
    require(
        len(usable),
        _N_CLASSES_MIN,
        f"class of {N_UNITS_MIN} independent images",
        f"classes of {N_UNITS_MIN} independent images",
    )
    taken_for = np.zeros((images.n_classes, images.n_classes), np.int64)
    np.add.at(taken_for, (labels, probabilities.argmax(axis=1)), 1)
    usual = median(
        _separation(labels, probabilities, one, other)
        for one, other in zip(usable.tolist(), np.roll(usable, -1).tolist(), strict=True)
    )
    limit = (0.5 + usual) / 2
    pairs = _mutual(taken_for, usable)
    z = NormalDist().inv_cdf(1 - _MISTAKE / max(len(pairs), 1))
    found = []
    for one, other in pairs:
        separation = _separation(labels, probabilities, one, other)
        high = separation + z * _spread(separation, int(objects[one]), int(objects[other]))
        if high < limit:
            pair = ConfusedClasses(
                one,
                other,
                n_of_one=int(taken_for[one].sum()),
                n_as_other=int(taken_for[one, other]),
                n_of_other=int(taken_for[other].sum()),
                n_as_one=int(taken_for[other, one]),
                separation=separation,
                high=min(high, 1.0),
            )
            found.append(pair)
    return sorted(found, key=lambda pair: pair.separation), len(pairs), limit


def _mutual(taken_for: NDArray[np.int64], usable: NDArray[np.int64]) -> list[tuple[int, int]]:
    """The pairs of usable classes of which each is what the other is mostly mistaken for."""
    mistakes = taken_for.copy()
    np.fill_diagonal(mistakes, 0)
    mostly = mistakes.argmax(axis=1)
    is_mistaken = mistakes.max(axis=1) > 0
    known = set(usable.tolist())
    return [
        (one, other)
        for one, other in enumerate(mostly.tolist())
        if one < other and mostly[other] == one and is_mistaken[[one, other]].all() and {one, other} <= known
    ]


def _separation(labels: NDArray[np.int64], probabilities: NDArray[np.float64], one: int, other: int) -> float:
    """The chance that, of an image of each class, that of `other` leans more to it (Mann and Whitney's U)."""
    tiny = np.finfo(np.float64).tiny
    leaning = np.log(np.maximum(probabilities[:, other], tiny)) - np.log(np.maximum(probabilities[:, one], tiny))
    ones, others = np.sort(leaning[labels == one]), leaning[labels == other]
    n_below, n_up_to = (np.searchsorted(ones, others, side) for side in ("left", "right"))
    return float((n_below + n_up_to).mean() / (2 * len(ones)))


def _spread(separation: float, n_one: int, n_other: int) -> float:
    """Its standard error (Hanley and McNeil 1982, "The meaning and use of the area under a ROC curve")."""
    both = separation * (1 - separation)
    two_ones = separation / (2 - separation) - separation**2
    two_others = 2 * separation**2 / (1 + separation) - separation**2
    return float(np.sqrt((both + (n_one - 1) * two_ones + (n_other - 1) * two_others) / (n_one * n_other)))


def _cases(images: AuditedImages, probabilities: NDArray[np.float64], found: list[ConfusedClasses]) -> Iterator[Case]:
    """Of each class of a pair the images that look most like the other."""
    for pair in found:
        shown = []
        for own, foreign in ((pair.one, pair.other), (pair.other, pair.one)):
            rows = np.flatnonzero(images.labels == own)
            order = np.argsort(-probabilities[rows, foreign], kind="stable")
            shown += [images.paths[row] for row in rows[order[:_N_SHOWN]].tolist()]
        one, other = images.class_names[pair.one], images.class_names[pair.other]
        yield Case(
            paths=tuple(shown),
            note=f"{one} and {other}: told apart {pair.separation:.0%} of the time, where a coin gives 50 %",
            score=min(2 * (1 - pair.separation), 1.0),
        )
