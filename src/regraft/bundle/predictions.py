"""What a classifier says of images, as a user is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value
from regraft.data import Finding, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Answers:
    """What a classifier says of some files.

    Attributes:
        rows: (m,) int64, which of the files could be read.
        probabilities: (m, k) float64, rows sum to 1.
        unreadable: One record for each of the other files.
    """

    rows: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    unreadable: tuple[Unreadable, ...]


class Prediction(Value):
    """What the classifier says of one image.

    Attributes:
        path: The image; `image 3` for one that was given in memory.
        label: The most probable class.
        probability: Its probability.
        top: The `top_k` most probable classes with their probabilities, the best first.
    """

    path: str
    label: str
    probability: float
    top: tuple[tuple[str, float], ...]


class PredictResult(Value):
    """What the classifier says of some images.

    Attributes:
        predictions: One for each image that could be read, in the order of the files.
        unreadable: One record for each of the others.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    predictions: tuple[Prediction, ...]
    unreadable: tuple[Unreadable, ...]
    findings: tuple[Finding, ...] = ()


def name_classes(
    paths: Sequence[str], probabilities: NDArray[np.float64], class_names: Sequence[str], top_k: int
) -> Iterator[Prediction]:
    """The predictions that probabilities are.

    Args:
        paths: n names of images.
        probabilities: (n, k) float64.
        class_names: k names.
        top_k: How many classes to name of each image.
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :top_k]
    for path, row, places in zip(paths, probabilities, order, strict=True):
        top = tuple((class_names[place], float(row[place])) for place in places)
        yield Prediction(path=path, label=top[0][0], probability=top[0][1], top=top)
