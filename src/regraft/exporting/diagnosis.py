"""Why an export answers differently, where that can be seen from its answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from regraft.exporting.claims import NOVELTY_TOLERANCE, PROBABILITY_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Answers: TypeAlias = Mapping[str, NDArray[np.floating]]

Pixels: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Case:
    """An export that answers differently.

    Attributes:
        inputs: For each of its inputs (m, h, w, 3) uint8.
        reference: What the bundle says of these: `scores`, `probabilities` and `novelty`, where it has that.
        answered: What the export says.
        ask: What both say of other inputs.
    """

    inputs: Sequence[Pixels]
    reference: Answers
    answered: Answers
    ask: Callable[[Sequence[Pixels]], tuple[Answers, Answers]]


def diagnose(case: Case) -> str:
    """A sentence on what is wrong with an export; empty where nothing can be said."""
    return next((sentence for sentence, holds in _SUSPICIONS if holds(case)), "")


def _are_near(case: Case, name: str) -> bool:
    return _is_near(case.reference[name], case.answered[name])


def _has_other_threshold(case: Case) -> bool:
    return _are_near(case, "probabilities") and ("novelty" not in case.reference or _is_as_strange(case))


def _has_other_order(case: Case) -> bool:
    return _is_near(np.sort(case.reference["probabilities"]), np.sort(case.answered["probabilities"]))


def _sees(case: Case, change: Callable[[Pixels], Pixels]) -> bool:
    """Whether it answers rightly where images are changed for it."""
    _reference, answered = case.ask([np.ascontiguousarray(change(pixels)) for pixels in case.inputs])
    return _is_near(case.reference["probabilities"], answered["probabilities"])


def _has_other_bias(case: Case) -> bool:
    shift = case.answered["scores"] - case.reference["scores"]
    return _is_near(shift, np.broadcast_to(shift.mean(axis=0), shift.shape))


def _agrees_on_black(case: Case) -> bool:
    reference, answered = case.ask([np.zeros_like(pixels[:1]) for pixels in case.inputs])
    return _is_near(reference["scores"], answered["scores"])


def _is_as_strange(case: Case) -> bool:
    if "novelty" not in case.reference or "novelty" not in case.answered:
        return False
    scale = float(np.abs(case.reference["novelty"]).max(initial=1e-9))
    return bool(np.abs(case.reference["novelty"] - case.answered["novelty"]).max() <= NOVELTY_TOLERANCE * scale)


def _is_near(first: NDArray[np.floating], second: NDArray[np.floating]) -> bool:
    """Whether they are equal, as far as the same arithmetic in another order gives equal numbers."""
    scale = max(float(np.abs(first).max(initial=0.0)), 1.0)
    return first.shape == second.shape and bool(np.abs(first - second).max() <= PROBABILITY_TOLERANCE * scale)


_SUSPICIONS: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("Its probabilities are right: a threshold is another one, for unknown images or for sets.", _has_other_threshold),
    (
        "Its probabilities are right: what it measures the strangeness of images by is not.",
        partial(_are_near, name="probabilities"),
    ),
    (
        "Its scores are right, its probabilities are not: it divides by another temperature.",
        partial(_are_near, name="scores"),
    ),
    ("It gives the right probabilities to the wrong classes: they are in another order.", _has_other_order),
    (
        "It takes the colours in another order (blue, green, red).",
        partial(_sees, change=lambda pixels: pixels[..., ::-1]),
    ),
    ("It sees images mirrored left to right.", partial(_sees, change=lambda pixels: pixels[:, :, ::-1])),
    ("It sees images upside down.", partial(_sees, change=lambda pixels: pixels[:, ::-1])),
    ("It takes rows for columns.", partial(_sees, change=lambda pixels: pixels.transpose(0, 2, 1, 3))),
    ("Its scores are shifted, by the same for every image: another bias in its head.", _has_other_bias),
    ("It agrees on a black image: it scales pixels in another way.", _agrees_on_black),
    ("It finds images as strange as the bundle does: its networks are the same, its head is another.", _is_as_strange),
)
"""What may be wrong, the surest first."""
