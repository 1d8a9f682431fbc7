"""How each side of an image is used: `Transform.source_box` and `target_size`, in whole numbers of a graph."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from regraft.exporting.graph_numbers import Number

if TYPE_CHECKING:
    from regraft.images import Transform


@dataclass(frozen=True, eq=False)
class Side:
    """One side of an image, and what becomes of it.

    Attributes:
        length: Pixels that there are.
        first: Where the used part begins, in parts of a pixel.
        used: How long it is, in the same parts.
        parts: How many parts a pixel has.
        target: How many pixels it becomes.
        offset: Pixels of the frame before these.
    """

    length: Number
    first: Number
    used: Number
    parts: Number
    target: Number
    offset: Number


def used_sides(transform: Transform, height: Number, width: Number) -> tuple[Side, Side]:
    """How height and width are used.

    Args:
        transform: The geometry.
        height: Of the image.
        width: Of the image.
    """
    zero, one = height * 0, height * 0 + 1
    whole = [
        Side(length, zero, length, one, zero + target, zero)
        for length, target in ((height, transform.height), (width, transform.width))
    ]
    fraction = Fraction(transform.crop_fraction).limit_denominator(1 << 10)
    down, across = (_cut(side, transform, fraction, height.least(width)) for side in whole)
    if transform.policy == "letterbox":
        longer = height.greatest(width)
        down, across = (_shrunk(side, longer, transform.height) for side in (down, across))
    return down, across


def _cut(side: Side, transform: Transform, fraction: Fraction, shorter: Number) -> Side:
    """The part of a side that is used."""
    over, under = fraction.numerator, fraction.denominator
    match transform.policy:
        case "crop":
            used = shorter * (2 * over)
            return replace(side, first=side.length * under - shorter * over, used=used, parts=side.parts * (2 * under))
        case "cut-squash":
            first = side.length * (under - over) // (2 * under)
            return replace(side, first=first, used=side.length - first * 2)
        case "pad":
            used = side.length.least(side.target)
            offset = (side.target - used) // 2
            return replace(side, first=(side.length - used) // 2, used=used, target=used, offset=offset)
        case _:
            return side


def _shrunk(side: Side, longer: Number, n_pixels: int) -> Side:
    """A side of an image that keeps its ratio, in a frame."""
    ratio = (side.length * n_pixels).real() / longer.real()
    graph = side.length.graph
    target = Number(graph, graph.cast(ratio.apply("Round").tensor, np.int64)).greatest(1)
    return replace(side, target=target, offset=(target * -1 + n_pixels) // 2)


def windowed(side: Side, first: Fraction, end: Fraction) -> Side:
    """A part of what is used of a side.

    Args:
        side: The side.
        first: Where the part begins.
        end: Where it ends.
    """
    if first == 0 and end == 1:
        return side
    under = math.lcm(first.denominator, end.denominator)
    return replace(
        side,
        first=side.first * under + side.used * int(first * under),
        used=side.used * int((end - first) * under),
        parts=side.parts * under,
    )
