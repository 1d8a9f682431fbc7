"""A short code of a thumbnail, in which a picture is near to its own crops and far from other pictures.

The code is 32 combinations of the lowest 12 x 12 coefficients of a cosine transform. Mirroring changes signs of
coefficients and a quarter turn swaps them (as in perceptual hashes: Zauner, "Implementation and Benchmarking of
Perceptual Image Hash Functions", 2010), so one transform gives all eight ways to lay a picture down. Which
combinations tell pictures apart is learnt from the data set itself: those in which its pictures differ most, measured
by how much each differs from random crops of its own (Fisher's discriminant, 1936). So what all pictures of a data
set share, such as the frame of a solar cell, counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import eigh

from regraft.auditing.copies.placings import N_TURNS, sampling
from regraft.core import generator
from regraft.data import THUMBNAIL_PIXELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

N_NUMBERS = 32
_N_FREQUENCIES = 12
_N_LEARNT = 2000
_SMALLEST_CROP = 0.85
_RIDGE = 0.02
_CROPS = ((0, 0.93, 0, 0.93), (0, 0.93, 0.07, 1), (0.07, 1, 0, 0.93), (0.07, 1, 0.07, 1), (0.05, 0.95, 0.05, 0.95))
_BLOCK = 256


@dataclass(frozen=True, eq=False)
class Code:
    """What was learnt of a data set.

    Attributes:
        mean: (c,) mean coefficients of all pictures in all ways to lay them down.
        directions: (c, 32) the combinations of coefficients.
    """

    mean: Floats
    directions: Floats

    def encode(self, coefficients: Floats) -> Floats:
        """Codes (..., 32) of length 1 of coefficients (..., f, f)."""
        rows = coefficients.reshape(*coefficients.shape[:-2], -1)[..., 1:]
        codes = (rows - self.mean) @ self.directions
        return _unit(codes)


def learn_code(pictures: Floats, seed: int) -> Code:
    """The code of a data set.

    Args:
        pictures: (n, p, p) thumbnails.
        seed: Of the crops.
    """
    rng = generator(seed, "crops that teach a code")
    some = pictures[rng.permutation(len(pictures))[:_N_LEARNT]]
    whole, cropped = cosine_coefficients(some), cosine_coefficients(crop_randomly(some, rng, _SMALLEST_CROP))
    own, all_ = (_rows_in_all_turns(part) for part in (cropped - whole, whole))
    mean = all_.mean(axis=0)
    within, between = own.T @ own / len(own), (all_ - mean).T @ (all_ - mean) / len(all_)
    within += np.eye(len(within)) * (_RIDGE * np.trace(within) / len(within) + 1e-3)
    _values, vectors = eigh(between, within, subset_by_index=(len(within) - N_NUMBERS, len(within) - 1))
    return Code(mean.astype(np.float32), vectors.astype(np.float32))


def crop_randomly(pictures: Floats, rng: np.random.Generator, smallest: float) -> Floats:
    """A random window of each picture, at its size."""
    sizes = rng.uniform(smallest, 1, len(pictures)).astype(np.float32)
    tops, lefts = (rng.uniform(0, 1, (2, len(pictures))) * (1 - sizes)).astype(np.float32)
    rows, columns = sampling(tops, tops + sizes)[0], sampling(lefts, lefts + sizes)[0]
    return rows @ pictures @ columns.transpose(0, 2, 1)


def cosine_coefficients(pictures: Floats) -> Floats:
    """The lowest coefficients (n, f, f) of pictures (n, p, p), orthonormal (Ahmed, Natarajan and Rao, 1974)."""
    basis = _basis()
    return basis @ pictures @ basis.T


def turned_coefficients(coefficients: Floats, turn: int) -> Floats:
    """The coefficients of the pictures laid down in one of the eight ways."""
    signs = (1 - 2 * (np.arange(_N_FREQUENCIES) % 2)).astype(np.float32)
    for _quarter in range(turn // 2):
        coefficients = coefficients.swapaxes(-2, -1) * signs[:, None]
    return coefficients * signs if turn % 2 else coefficients


def window_codes(code: Code, pictures: Floats, windows: Floats) -> Floats:
    """Codes (n, w, 32) of windows of pictures (n, p, p)."""
    basis = _basis()
    down = basis @ sampling(windows[:, 0], windows[:, 1])[0]
    across = (basis @ sampling(windows[:, 2], windows[:, 3])[0]).transpose(0, 2, 1)
    flat = down.reshape(-1, THUMBNAIL_PIXELS) @ pictures
    return code.encode(flat.reshape(len(pictures), *down.shape) @ across)


def crop_codes(code: Code, pictures: Floats) -> list[Floats]:
    """Codes (n, 32) of a few crops of each picture (n, p, p): a crop that is an image of its own is near to one."""
    windows = np.array(_CROPS, np.float32)
    starts = range(0, len(pictures), _BLOCK)
    codes = np.concatenate([window_codes(code, pictures[start : start + _BLOCK], windows) for start in starts])
    return [np.ascontiguousarray(codes[:, place]) for place in range(len(_CROPS))]


def _basis() -> Floats:
    places = (np.arange(THUMBNAIL_PIXELS) + 0.5) / THUMBNAIL_PIXELS
    waves = np.cos(np.pi * np.arange(_N_FREQUENCIES)[:, None] * places) * np.sqrt(2 / THUMBNAIL_PIXELS)
    waves[0] /= np.sqrt(2)
    basis: Floats = waves.astype(np.float32)
    return basis


def _rows_in_all_turns(coefficients: Floats) -> NDArray[np.float64]:
    turns = [turned_coefficients(coefficients, turn).reshape(len(coefficients), -1)[:, 1:] for turn in range(N_TURNS)]
    return np.concatenate(turns).astype(np.float64)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    units: Floats = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return units
