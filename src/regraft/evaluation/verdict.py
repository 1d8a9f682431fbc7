"""Whether a dearer classifier is worth it: the evidence, and the decision that follows from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value, plural
from regraft.evaluation.comparison import compare_paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.evaluation.comparison import PairedDifference
    from regraft.evaluation.predictions import Predictions

_CONFIDENCE = 0.95
_HARDLY_DEARER = 1.05


class ChangedImage(Value):
    """An image that two classifiers see differently: its class, and the class that each took it for."""

    path: str
    true_class: str
    before: str
    after: str


class Verdict(Value):
    """Which of two classifiers was kept, and why.

    Attributes:
        kept: The name of the one that was kept.
        sentence: The decision and its reason in words.
        difference: Accuracy after minus before, -1 to 1.
        low: Lower end of the 95 % interval of the difference.
        high: Upper end of it.
        p_value: Chance of a difference as large in either direction if both were equally good.
        cost_ratio: How many times the cost of `before` the one `after` takes; None where it cannot be told.
        gained: Images that only the one after gets right, the surest first.
        lost: Images that only the one before gets right, the surest mistakes first.
        n_images: Images that both answered for.
        n_groups: Independent groups of them; None where images are independent.
        method: How the interval and the p value were found.
    """

    kept: str
    sentence: str
    difference: float
    low: float
    high: float
    p_value: float | None = None
    cost_ratio: float | None = None
    gained: tuple[ChangedImage, ...] = ()
    lost: tuple[ChangedImage, ...] = ()
    n_images: int | None = None
    n_groups: int | None = None
    method: str = ""


def judge(
    before: Predictions, after: Predictions, *, names: tuple[str, str], cost_ratio: float, margin: float = 0.0
) -> Verdict:
    """Keep the cheaper classifier unless the dearer one is surely better.

    Use images that neither was fitted on nor chosen by: the difference is too good otherwise. Images without a known
    truth are left out.

    Args:
        before: What the cheaper classifier said.
        after: What the dearer one said about the same images, in the same order.
        names: What the two are called in the sentence, such as `("probe", "fine-tuning")`.
        cost_ratio: How many times the cost of the first the second takes; infinite or NaN where it cannot be told.
        margin: The gain in accuracy that the whole interval of the difference must exceed, 0 to 1.

    Raises:
        ValueError: The images, their truths or the class names differ, or no truth is known.
    """
    before, after = _alike(before, after)
    paired = compare_paired(after.right, before.right, groups=before.groups, confidence=_CONFIDENCE)
    ratio = cost_ratio if math.isfinite(cost_ratio) and cost_ratio > 0 else None
    is_worth_it = paired.low > margin
    return Verdict(
        kept=names[1] if is_worth_it else names[0],
        sentence=_sentence(paired, names, ratio, margin),
        difference=paired.value,
        low=paired.low,
        high=paired.high,
        p_value=paired.p_value,
        cost_ratio=ratio,
        gained=_changed(before, after, after.right & ~before.right),
        lost=_changed(before, after, before.right & ~after.right),
        n_images=paired.n,
        n_groups=paired.n_groups,
        method=paired.method,
    )


def _alike(before: Predictions, after: Predictions) -> tuple[Predictions, Predictions]:
    """Both with only the images whose truth is known."""
    if before.paths != after.paths or not np.array_equal(before.labels, after.labels):
        raise ValueError(
            f"The answers must be for the same images with the same truths; there are {plural(len(before), 'image')} "
            f"before and {plural(len(after), 'image')} after."
        )
    if before.class_names != after.class_names:
        raise ValueError(
            f"The class names must be the same in the same order; there are {before.n_classes} before and "
            f"{after.n_classes} after."
        )
    return before.labelled(), after.labelled()


def _sentence(paired: PairedDifference, names: tuple[str, str], ratio: float | None, margin: float) -> str:
    """The measured difference, the reason and the decision, in words."""
    evidence = f"{_points(paired.value)} points, 95 % interval {_points(paired.low)} to {_points(paired.high)}"
    if paired.low > margin:
        return f"{evidence}: {names[1]} is worth it."
    cost = "" if ratio is None or ratio <= _HARDLY_DEARER else f"{_times(ratio)} times the cost"
    if paired.high < 0:
        reason = f"worse, at {cost}" if cost else "worse"
    elif paired.low > 0:
        reason = f"a gain, but not surely more than {margin * 100:.2g} points"
    else:
        reason = f"not worth {cost}" if cost else "not surely better"
    return f"{evidence}: {reason}. The {names[0]} is kept."


def _points(share: float) -> str:
    """`+8.3`; two digits where one would hide on which side of zero it lies; a zero is never negative."""
    n_digits = 2 if 0 < abs(share) < 0.0005 else 1
    return f"{round(share * 100, n_digits) + 0.0:+.{n_digits}f}"


def _times(ratio: float) -> str:
    """`1.4`, `40`, `1,200`."""
    return f"{ratio:.1f}".removesuffix(".0") if ratio < 10 else f"{ratio:,.0f}"


def _changed(before: Predictions, after: Predictions, chosen: NDArray[np.bool_]) -> tuple[ChangedImage, ...]:
    """The chosen images, those that `after` is surest of first."""
    rows = np.flatnonzero(chosen)
    names = before.class_names
    return tuple(
        ChangedImage(
            path=before.paths[row],
            true_class=names[before.labels[row]],
            before=names[before.predicted[row]],
            after=names[after.predicted[row]],
        )
        for row in rows[np.argsort(-after.confidence[rows], kind="stable")].tolist()
    )
