"""An image of any size to what the networks see, as an ONNX graph with Regraft's arithmetic.

ONNX has an operation for it, `Resize` with antialias. Runtimes read its text differently (OpenVINO 2026.4 is off by up
to 129 grey levels, `bench/exports.py`), and it knows neither cuts that end between two pixels nor what Pillow does
first to images that are much too large. So it is written down here: each side's filter is a matrix, made of whole
numbers as far as one can, and two products give the pixels. See `images.resampling`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.exporting.graph_numbers import Number, counted
from regraft.exporting.onnx_graph import OnnxGraph
from regraft.exporting.resize_kernels import Kernel, cubic_terms
from regraft.exporting.resize_sides import Side, used_sides, windowed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regraft.exporting.description import SeenInput
    from regraft.exporting.onnx_graph import Tensor

IMAGE = "image"
_GAP = 3
"""An image more than twice so many times too large is first averaged down to so many times (`images.resampling`)."""
_BITS = 22
_STEPS, _DIGITS = 1 << _BITS, (8, 7, 7)
"""A filter's weights are multiples of 1 / 2^22, as Pillow's are."""
_PLACES = 128
_BARS = {"letterbox": 128, "pad": 0}


def build_resize(inputs: Sequence[SeenInput], metadata: Mapping[str, str]) -> Any:
    """The graph, an `onnx.ModelProto`: `image` (height, width, 3) uint8 in, one (1, h, w, 3) uint8 out for each input.

    Args:
        inputs: What the classifier's graph takes.
        metadata: Texts that go with it.
    """
    graph = OnnxGraph("any size")
    image = graph.input(IMAGE, np.uint8, ("height", "width", 3))
    size = graph.apply("Shape", image)
    height, width = (Number(graph, graph.apply("Gather", size, np.int64(place), axis=0)) for place in (0, 1))
    planes = graph.apply("Transpose", image, perm=[2, 0, 1])
    for one in inputs:
        pixels = _Seen(graph, one).pixels(planes, height, width)
        graph.output(one.name, pixels, np.uint8, (1, one.transform.height, one.transform.width, 3))
    return graph.model(metadata)


@dataclass(frozen=True)
class _Seen:
    """One input's pixels."""

    graph: OnnxGraph
    seen: SeenInput

    def pixels(self, planes: Tensor, height: Number, width: Number) -> Tensor:
        """(1, h, w, 3) uint8 of planes (3, height, width) uint8."""
        graph, transform = self.graph, self.seen.transform
        down, across = (
            windowed(side, *part) for side, part in zip(used_sides(transform, height, width), self._parts, strict=True)
        )
        kernel = Kernel.named(transform.interpolation)
        averaged, down, across = _averaged(graph, planes, kernel, down, across)
        matrices = [
            _matrix(graph, side, kernel, n) for side, n in ((down, transform.height), (across, transform.width))
        ]
        wide = _filtered(averaged, matrices[1], across=True)
        small = _filtered(wide, matrices[0], across=False)
        if transform.policy in _BARS:
            small = graph.apply("Where", self._shown(down, across), small, np.float32(_BARS[transform.policy]))
        upright = graph.apply("Transpose", graph.cast(small, np.uint8), perm=[1, 2, 0])
        return graph.apply("Unsqueeze", upright, graph.integers(0))

    @property
    def _parts(self) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
        """What is seen of the height and of the width: from where to where."""
        left, top, right, bottom = map(Fraction, self.seen.window)
        return (top, bottom), (left, right)

    def _shown(self, down: Side, across: Side) -> Tensor:
        """(h, w) whether there is image, and no frame."""
        transform = self.seen.transform
        rows, columns = (
            _is_shown(self.graph, side, n) for side, n in ((down, transform.height), (across, transform.width))
        )
        return self.graph.apply("And", self.graph.apply("Unsqueeze", rows, self.graph.integers(1)), columns)


def _is_shown(graph: OnnxGraph, side: Side, n_pixels: int) -> Tensor:
    places = counted(graph, n_pixels) - side.offset
    return graph.apply("And", (places * -1).is_less(1), places.is_less(side.target))


def _averaged(graph: OnnxGraph, planes: Tensor, kernel: Kernel, down: Side, across: Side) -> tuple[Tensor, Side, Side]:
    """Planes (3, h, w) float32 that are less than six times too large, and their sides: Pillow's `reducing_gap`."""
    levels = graph.cast(planes, np.float32)
    if kernel.weight is None:
        return levels, down, across
    (rows, down), (columns, across) = (_reduced(side, kernel) for side in (down, across))
    cut = graph.apply(
        "Slice",
        levels,
        _pair(graph, rows.first, columns.first),
        _pair(graph, rows.end, columns.end),
        graph.integers(1, 2),
    )
    padding = [graph.integers(0, 0, 0, 0), _pair(graph, rows.missing, columns.missing)]
    whole = graph.apply("Pad", cut, graph.apply("Concat", *padding, axis=0), np.float32(0))
    blocks = [down.length, rows.factor, across.length, columns.factor]
    shape = graph.apply("Concat", graph.integers(3), *(_listed(one) for one in blocks), axis=0)
    sums = graph.apply("ReduceSum", graph.apply("Reshape", whole, shape), graph.integers(2, 4), keepdims=0)
    return _means(graph, sums, rows, columns), down, across


@dataclass(frozen=True, eq=False)
class _Cut:
    """What of a side is averaged, block by block.

    Attributes:
        first: Pixel.
        end: Pixel behind the last one.
        factor: Pixels of a block.
        missing: Pixels that the last block lacks.
        sizes: (n,) pixels of each block.
    """

    first: Number
    end: Number
    factor: Number
    missing: Number
    sizes: Number


def _reduced(side: Side, kernel: Kernel) -> tuple[_Cut, Side]:
    """What is averaged of a side, and what is left of it then."""
    graph, support = side.length.graph, kernel.double_support - 1
    factor = (side.used // (side.parts * side.target * _GAP)).greatest(1)
    # As far as the filter reaches, in parts of a pixel over twice the target's pixels.
    under, reach = side.parts * side.target * 2, side.used * support
    first = (side.first * side.target * 2 - reach).greatest(0) // under
    last = (side.first + side.used) * side.target * 2 + reach
    end = side.length.least((last + under - 1) // under)
    is_left = factor.is_less(2)  # where nothing is averaged nothing is cut off
    first, end = (first * 0).where(is_left, first), side.length.where(is_left, end)
    length = (end - first + factor - 1) // factor
    sizes = (counted(graph, length) * factor * -1 + (end - first)).least(factor)
    left = replace(side, length=length, first=side.first - first * side.parts, parts=side.parts * factor)
    return _Cut(first, end, factor, length * factor - (end - first), sizes), left


def _means(graph: OnnxGraph, sums: Tensor, rows: _Cut, columns: _Cut) -> Tensor:
    """Blocks' means as Pillow rounds them: it multiplies by 2^24 / n without its fraction.

    So what is a whole number comes out one lower, unless n is a power of 2.
    """
    n = rows.sizes.column() * columns.sizes
    half = (n // 2).cast(np.float32)
    is_exact = ((n * 0 + (1 << 24)) % n).is_less(1)
    total = Number(graph, sums, np.float32) + half
    means = (total - (half * 0).where(is_exact, half * 0 + 0.25)) / n.cast(np.float32)
    return means.apply("Floor").tensor


def _matrix(graph: OnnxGraph, side: Side, kernel: Kernel, n_pixels: int) -> Number:
    """(n_pixels, length) float64: which of a side's pixels make each of the smaller image's, in steps of 2^-22."""
    places = counted(graph, n_pixels) - side.offset
    under = side.parts * side.target * 2
    centre = side.first * side.target * 2 + (places * 2 + 1) * side.used  # over `under`
    whole = centre // under
    pixels = counted(graph, side.length)
    distance = whole.column() * -1 + pixels
    if kernel.weight is None:
        return (
            Number(graph, graph.cast(graph.apply("Equal", distance.tensor, np.int64(0)), np.float64), np.float64)
            * _STEPS
        )
    rest = centre - whole * under
    if kernel.is_linear:
        return _linear_steps(distance * under - rest.column() + side.parts * side.target, under.greatest(side.used * 2))
    scale = (side.used.real() / (side.parts * side.target).real()).greatest(1)
    weights = kernel.weight((distance.real() - (rest.real() / under.real()).column() + 0.5) / scale)
    total = weights.apply("ReduceSum", graph.integers(1), keepdims=1)
    steps = (weights / total * _STEPS).apply("Round")
    if kernel.is_cubic:
        enlarged = _cubic_steps(distance * under - rest.column() + side.parts * side.target, under)
        return enlarged.where((side.used - side.parts * side.target).is_less(1), steps)
    return steps


def _cubic_steps(distance: Number, under: Number) -> Number:
    """The cubic filter's weights in steps of 2^-22, where images do not shrink: as good in float32 as in float64.

    A distance is a multiple of 1/128, of which float32 holds the weight exactly, and little more; only what that adds
    is rounded.
    """
    clamped = distance.apply("Abs").least(under * 2) * _PLACES
    place = clamped // under
    more = (clamped - place * under).real() / under.real() / _PLACES
    value, slope, half_bend, twist = cubic_terms(place.real() / _PLACES)
    less = ((more * twist + half_bend) * more + slope) * more
    columns = distance.graph.integers(1)
    left = value.apply("ReduceSum", columns, keepdims=1) - 1 + less.apply("ReduceSum", columns, keepdims=1)
    return value * _STEPS + ((less - (value + less) * left / (left + 1)) * _STEPS).apply("Round")


def _linear_steps(distance: Number, reach: Number) -> Number:
    """A linear filter's weights in steps of 2^-22, by whole numbers alone: halves are frequent, and must fall right.

    The division is one by hand, a few bits at a time, so that 32 bits hold all of it.
    """
    weights = (distance.apply("Abs") * -1 + reach).greatest(0)
    total = weights.apply("ReduceSum", distance.graph.integers(1), keepdims=1)
    steps, rest = weights // total, weights % total
    for n_bits in _DIGITS:
        rest = rest * (1 << n_bits)
        steps, rest = steps * (1 << n_bits) + rest // total, rest % total
    return (steps + (rest * 2 + total) // (total * 2)).real()


def _listed(number: Number) -> Tensor:
    return number.graph.apply("Reshape", number.tensor, number.graph.integers(1))


def _pair(graph: OnnxGraph, first: Number, second: Number) -> Tensor:
    return graph.apply("Concat", _listed(first), _listed(second), axis=0)


def _filtered(levels: Tensor, matrix: Number, *, across: bool) -> Tensor:
    """Levels (3, h, w) float32 filtered along one side, as float32 of whole numbers.

    The matrix has up to 22 bits, a level 8, and float32 holds 24: the upper and the lower half of the bits are
    multiplied one by one, so that every sum is exact, whatever its order.
    """
    graph, half = matrix.graph, 1 << (_BITS // 2)
    upper = (matrix / half).apply("Floor")
    parts = []
    for part in (upper, matrix - upper * half):
        numbers = part.cast(np.float32).tensor
        if across:
            numbers = graph.apply("Transpose", numbers, perm=[1, 0])
        pair = (levels, numbers) if across else (numbers, levels)
        parts.append(Number(graph, graph.apply("MatMul", *pair), np.float32))
    total = parts[0] + (parts[1] / half).apply("Floor") + half / 2
    return (total / half).apply("Floor").greatest(0).least(255).tensor
