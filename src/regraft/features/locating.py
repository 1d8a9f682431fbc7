"""Where in an image its features come from.

A feature that is the mean of a map a over N positions p is a sum of parts, one for each position (Zhou et al. 2016,
"Learning deep features for discriminative localization", eq. 1 and 2: class activation maps):

    f = 1/N sum_p a_p

A deviation is one, too, where each position has the share that it has in the variance:

    s = sqrt(1/N sum_p (a_p - f)^2) = sum_p (a_p - f)^2 / (N s)

What scales features afterwards is one number for the whole image, so the parts of a feature, scaled, still sum to it. A
maximum, and what lies in no rows and columns, is not located.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.backbones import open_maps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones import TappedBlock, TappedImage
    from regraft.features.joining import JoinedNetworks
    from regraft.images import FixedView

    Parts = NDArray[np.float64]

_TOLERANCE = 0.05
"""Of a block's length: what rounding (bf16) may make of it. A network that does more behind its pooling is far off."""
_ROUNDING = 1e-5
"""Of a row's length: what the order of sums makes of it."""
_TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, eq=False)
class LocatedFeatures:
    """The features that an image has from one network, by where they come from.

    Attributes:
        network: Its name.
        columns: (d,) where they stand in the joined row.
        is_located: (d,) whether it is known where a feature comes from.
        cells: (d, g, g) float64 in the rows and columns of the network's last map: what each cell of the image, as the
            plain view shows it, adds to each feature; 0 where that is not known.
    """

    network: str
    columns: NDArray[np.int64]
    is_located: NDArray[np.bool_]
    cells: Parts


class Locator:
    """Takes features apart.

    Args:
        networks: Whose features.
        cache: The cache folder.

    Raises:
        BackboneError: A network cannot be had.
        MissingExtraError: A network has to be converted for it, and torch is not installed.
    """

    def __init__(self, networks: JoinedNetworks, cache: Path) -> None:
        self.networks = networks
        self._engines = [
            open_maps(part.spec, networks.choice, layer=part.layer, cache=cache) for part in networks.parts
        ]
        self._is_same: dict[int, bool] = {}

    def locate(
        self, inputs: Sequence[NDArray[np.uint8]], known: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.float32], tuple[LocatedFeatures, ...]]:
        """The features of one image, and where they come from.

        Args:
            inputs: What `JoinedNetworks.inputs` gives of it: for each view of each network (1, h, w, 3); frozen ones
                come last.
            known: Its features (1, d), where somebody has them: one view of one network is then not computed again.

        Returns:
            The joined row (1, d) float32, and for each network that a head reads its part.
        """
        networks = self.networks
        views = networks.by_network(inputs)
        tapped = [engine.compute(np.concatenate(some)) for some, engine in zip(views, self._engines, strict=False)]
        rows = self._rows(views, tapped) if known is None or len(inputs) > 1 else [known]
        found: list[LocatedFeatures] = []
        columns, start = _columns(networks, rows), 0
        for part, images, places in zip(networks.parts, tapped, columns, strict=True):
            seen = rows[start : start + len(part.views)]
            start += len(part.views)
            located = [
                _locate(image.blocks, row[0], part.spec.n_features) for image, row in zip(images, seen, strict=True)
            ]
            grid = min(one.grid for one in located)
            cells: Parts = np.zeros((len(places), grid, grid))
            for one, view in zip(located, part.views, strict=True):
                cells += one.placed(view, grid) / len(located)
            is_located = np.array([one.is_located for one in located]).sum(axis=0) == len(located)
            cells[~is_located] = 0
            if len(columns) > 1:  # `JoinedNetworks` brings each network's penultimate features to length 1
                first = np.concatenate(seen)[:, : part.spec.n_features]
                cells /= max(_length(first.sum(axis=0, dtype=np.float64)) / len(first), _TINY)
            found.append(LocatedFeatures(part.spec.name, places, np.asarray(is_located), cells))
        return networks.joined(rows), tuple(found)

    def _rows(
        self, views: Sequence[Sequence[NDArray[np.uint8]]], tapped: Sequence[Sequence[TappedImage]]
    ) -> list[NDArray[np.float32]]:
        """For each view of each network (1, d).

        What shows what it pools gives the features that answers are made of, but for rounding. Both compute the first
        image: where they differ by more (bf16), answers' own features are computed of each.
        """
        found: list[NDArray[np.float32]] = []
        for place, (part, some) in enumerate(zip(self.networks.every, views, strict=True)):
            shown = [one.features[None] for one in tapped[place]] if place < len(tapped) else None
            if shown is None or not self._is_same.get(place):
                rows = part.compute(some)
                self._is_same.setdefault(place, shown is not None and _are_same(shown, rows))
                shown = rows
            found += shown
        return found


def _columns(networks: JoinedNetworks, rows: Sequence[NDArray[np.float32]]) -> list[NDArray[np.int64]]:
    """Where each network's features stand in the joined row: the penultimate ones of all before the others."""
    found, first, other, view = [], 0, networks.n_penultimate, 0
    for part in networks.parts:
        n_first, width = part.spec.n_features, rows[view].shape[1]
        found.append(np.r_[first : first + n_first, other : other + width - n_first])
        first, other, view = first + n_first, other + width - n_first, view + len(part.views)
    return found


@dataclass(frozen=True, eq=False)
class _LocatedView:
    """A view's features, block by block: parts (c, h, w), zeros where a block cannot be located; which those are."""

    blocks: tuple[Parts, ...]
    is_located: NDArray[np.bool_]

    @property
    def grid(self) -> int:
        """Rows of the coarsest map that there is."""
        return min((block.shape[1] for block in self.blocks if block.shape[1] > 1), default=1)

    def placed(self, view: FixedView, grid: int) -> Parts:
        """The parts as they lie in the plain view, in other cells (d, grid, grid); their sums stay."""
        return np.concatenate([_placed(block, view, grid) for block in self.blocks])


def _locate(blocks: Sequence[TappedBlock], row: NDArray[np.float32], n_penultimate: int) -> _LocatedView:
    """Take a view's row apart."""
    widths = [n_penultimate if block.kind == "penultimate" else _width(block) for block in blocks]
    found, is_located, start = [], np.zeros(len(row), np.bool_), 0
    first = _length(row[: widths[0]])
    for block, width in zip(blocks, widths, strict=True):
        features = row[start : start + width]
        parts = _parts(block)
        if parts is not None and start:  # scaled to the length of the first block
            parts *= first / max(_length(parts.sum(axis=(1, 2))), _TINY)
        if parts is None or not _sums_to(parts, features):
            parts = np.zeros((width, 1, 1))
        else:
            is_located[start : start + width] = True
        found.append(parts)
        start += width
    return _LocatedView(tuple(found), is_located)


def _sums_to(parts: Parts, features: NDArray[np.float32]) -> bool:
    """Whether parts are those of some features; what networks do behind their pooling makes others of them."""
    if len(parts) != len(features):
        return False
    return _length(parts.sum(axis=(1, 2)) - features) <= _TOLERANCE * _length(features)


def _width(block: TappedBlock) -> int:
    """How many features it becomes."""
    values = block.values
    if block.kind == "all" or values.ndim == 1:
        return int(values.size)
    return int(values.shape[0] if values.ndim == 3 else values.shape[-1])


def _parts(block: TappedBlock) -> Parts | None:
    """What each position adds to each feature (c, h, w); None where that cannot be said."""
    values = block.values.astype(np.float64)
    if values.ndim != 3 or values.shape[1] != values.shape[2] or block.kind not in ("penultimate", "mean", "std"):
        return None
    n_positions = values.shape[1] * values.shape[2]
    if block.kind != "std":
        return np.asarray(values / n_positions)
    squares = (values - values.mean(axis=(1, 2), keepdims=True)) ** 2
    deviations = np.sqrt(squares.mean(axis=(1, 2), keepdims=True))
    return np.asarray(squares / (n_positions * np.maximum(deviations, _TINY)))


def _placed(parts: Parts, view: FixedView, grid: int) -> Parts:
    """Parts (d, h, w) of a view as they lie in the plain one, in other cells (d, grid, grid); their sums stay."""
    if view.is_mirrored:
        parts = parts[:, :, ::-1]
    left, top, right, bottom = view.window
    rows = overlaps(parts.shape[1], grid, top, bottom)
    columns = overlaps(parts.shape[2], grid, left, right)
    return np.asarray(rows @ parts @ columns.T)


def overlaps(n_from: int, n_to: int, low: float = 0.0, high: float = 1.0) -> Parts:
    """Which part of each of `n_from` equal pieces of [low, high] lies in each of `n_to` equal pieces of [0, 1].

    Args:
        n_from: Pieces to be put elsewhere.
        n_to: Where to.
        low: Where the first of the pieces begins, at least 0.
        high: Where the last of them ends, at most 1.

    Returns:
        (n_to, n_from), columns sum to 1.
    """
    edges = np.linspace(low, high, n_from + 1)
    others = np.linspace(0.0, 1.0, n_to + 1)
    shared = np.minimum(edges[1:], others[1:, None]) - np.maximum(edges[:-1], others[:-1, None])
    shared = np.maximum(shared, 0.0)
    return np.asarray(shared / shared.sum(axis=0))


def _are_same(shown: Sequence[NDArray[np.float32]], rows: Sequence[NDArray[np.float32]]) -> bool:
    return all(_length(one - row) <= _ROUNDING * _length(row) for one, row in zip(shown, rows, strict=True))


def _length(row: NDArray[np.floating]) -> float:
    return float(np.linalg.norm(row.astype(np.float64)))
