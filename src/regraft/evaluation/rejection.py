"""What becomes of the answers, and of strangers, where the line between known and unknown is drawn elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

_N_POINTS = 25
_N_KEPT_MIN = 10


class RejectionPoint(Value):
    """One place for the line.

    Attributes:
        rejected: Share of the images of known classes that are called unknown.
        accuracy: Of the answers to the others; None where these are fewer than 10.
        found: Share of the strangers that are called unknown; None where there are none.
    """

    rejected: float
    accuracy: float | None
    found: float | None


def trace_rejection(
    novelty: NDArray[np.floating], right: NDArray[np.bool_], strange: NDArray[np.floating] | None = None
) -> tuple[RejectionPoint, ...]:
    """Draw the line at the quantiles of the test images' novelty, until half of them are rejected.

    The accuracy of what is kept against the share that is rejected is the accuracy-rejection curve (Nadeem, Zucker and
    Hanczar, Accuracy-rejection curves, Machine Learning in Systems Biology, 2009).

    Args:
        novelty: (n,) of images of known classes, n >= 1.
        right: (n,) whether these were answered rightly.
        strange: (m,) novelty of images of none of the classes, m >= 1.

    Returns:
        Points from where none is rejected, each with another share.
    """
    ordered = np.sort(novelty)
    n_rejected = np.arange(_N_POINTS + 1) * len(ordered) // (2 * _N_POINTS)
    points = {}
    for line in ordered[::-1][n_rejected]:
        kept = novelty <= line
        accuracy = float(right[kept].mean()) if kept.sum() >= _N_KEPT_MIN else None
        found = None if strange is None else float((strange > line).mean())
        rejected = float((~kept).mean())
        points[rejected] = RejectionPoint(rejected=rejected, accuracy=accuracy, found=found)
    return tuple(points.values())
