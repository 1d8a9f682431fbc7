"""Filters that images are resized with, in a graph: Pillow's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.exporting.graph_numbers import Number


@dataclass(frozen=True)
class Kernel:
    """A filter.

    Attributes:
        double_support: Twice the distance, in pixels of the smaller image, beyond which it is 0.
        weight: Of a distance; None for the nearest pixel alone.
        is_linear: Whether it falls in straight lines to 0 at a distance of 1.
        is_cubic: Whether it is Keys' (`cubic_terms`).
    """

    double_support: int
    weight: Callable[[Number], Number] | None
    is_linear: bool = False
    is_cubic: bool = False

    @classmethod
    def named(cls, name: str) -> Kernel:
        """Pillow's filter of that name."""
        return {
            "nearest": cls(1, None),
            "bilinear": cls(2, lambda x: (x.apply("Abs") * -1 + 1).greatest(0), is_linear=True),
            "bicubic": cls(4, _bicubic, is_cubic=True),
            "lanczos": cls(6, _lanczos),
        }[name]


def _bicubic(x: Number) -> Number:
    """Keys 1981 with a = -1/2."""
    x = x.apply("Abs")
    near = (x * 1.5 - 2.5) * x * x + 1
    far = ((x * -0.5 + 2.5) * x - 4) * x + 2
    return near.where(x.is_less(1), far.where(x.is_less(2), 0))


def cubic_terms(x: Number) -> tuple[Number, Number, Number, Number]:
    """What Keys' filter is near a distance: its value, slope, half of its bend, and a sixth of its twist.

    Args:
        x: Distances from 0 to 2; where they have 7 binary places, float32 holds all of this exactly.
    """
    is_near = x.is_less(1)
    near = ((x * 1.5 - 2.5) * x * x + 1, (x * 4.5 - 5) * x, x * 4.5 - 2.5, x * 0 + 1.5)
    far = (((x * -0.5 + 2.5) * x - 4) * x + 2, (x * -1.5 + 5) * x - 4, x * -1.5 + 2.5, x * 0 - 0.5)
    value, slope, half_bend, twist = (one.where(is_near, two) for one, two in zip(near, far, strict=True))
    return value, slope, half_bend, twist


def _lanczos(x: Number) -> Number:
    """sinc(x) sinc(x / 3) inside of 3 pixels."""
    x = x.apply("Abs")
    safe = x.greatest(1e-6)
    turned = safe * math.pi
    product = turned.apply("Sin") * (turned / 3).apply("Sin") * 3 / (turned * turned)
    return product.where(x.is_less(3), 0)
