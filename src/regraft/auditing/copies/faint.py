"""Copies among pictures with little in them: grain, clouds and dust are compared, in place.

For any two plain pictures there is a window in which they agree, so crops cannot be told. But what no two products of
a column and a row explain lies in a copy where it lay, and what remains between two pictures is measured against that.
Others must be much further: dust on a lens, or hot pixels of a camera, are in all of its plain pictures (the ratio
test: Lowe, "Distinctive image features from scale-invariant keypoints", 2004).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.copies.candidates import nearest_pairs
from regraft.auditing.copies.placing import Placed
from regraft.auditing.copies.placings import N_TURNS, WHOLE, turned
from regraft.auditing.copies.verification import Verified, align_all, distances_of_rank
from regraft.core import generator
from regraft.heads import normalise_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

_N_EXPLAINED = 2
_N_DIRECTIONS = 128
_N_NEIGHBOURS = 4
_OTHER = 2
"""The neighbour that shows how near others are: the nearest may be the copy, the next one another copy."""
_RATIO = 0.5
_LIMIT = 0.4
"""Of what remains, as a share of the detail. Copies reach .05 to .3."""
_BLOCK = 1024


def detail_of(pictures: Floats) -> Floats:
    """What no two products of a column and a row explain of pictures (n, p, p)."""
    found = np.empty_like(pictures)
    for start in range(0, len(pictures), _BLOCK):
        block = pictures[start : start + _BLOCK]
        block = block - block.mean(axis=(1, 2), keepdims=True)
        _values, vectors = np.linalg.eigh(block @ block.transpose(0, 2, 1))
        rest = vectors[..., :-_N_EXPLAINED]
        found[start : start + _BLOCK] = rest @ (rest.transpose(0, 2, 1) @ block)
    return found


def faint_pairs(pictures: Floats, seed: int) -> Verified:
    """Pairs of plain pictures that are the same.

    Args:
        pictures: (n, p, p) thumbnails, blurred, each of which has a detail.
        seed: Of the directions by which neighbours are found.
    """
    detail = detail_of(pictures)
    directions = generator(seed, "directions of detail").standard_normal((pictures[0].size, _N_DIRECTIONS), np.float32)
    forms = [normalise_rows(turned(detail, turn).reshape(len(detail), -1) @ directions) for turn in range(N_TURNS)]
    pairs = nearest_pairs(forms, forms[0], _N_NEIGHBOURS, seed)
    likeness = np.stack([np.einsum("mc,mc->m", forms[0][pairs[:, 0]], form[pairs[:, 1]]) for form in forms])
    windows = np.tile(WHOLE, (len(pairs), 1))
    placed = Placed(pairs, likeness.argmax(axis=0), windows, likeness.max(axis=0))
    aligned = align_all(pictures, placed, windows, n_steps=0)
    spreads = pictures.std(axis=(1, 2)) / np.sqrt((detail**2).mean(axis=(1, 2)))
    scores = aligned.overall * spreads[pairs].max(axis=1)
    others = distances_of_rank(placed, len(pictures), _OTHER)[pairs].min(axis=1)
    is_nearest = placed.distances < _RATIO * others
    return Verified(placed, aligned, scores).select((scores <= _LIMIT) & is_nearest)
