"""Embeddings in fewer dimensions, so that all pairs of images, or hundreds of shuffles, are a matter of seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

_N_FOR_AXES = 10_000
_N_SPARE = 8


def principal_scores(embedding: NDArray[np.float32], n_components: int, seed: int) -> NDArray[np.float32]:
    """(n, p) coordinates on the first principal axes, of up to 10,000 of the images.

    Source: Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 53 (2011), algorithm 4.4 with
    one iteration.
    """
    rng = generator(seed, "principal axes")
    is_whole = len(embedding) <= _N_FOR_AXES
    some = embedding if is_whole else embedding[rng.permutation(len(embedding))[:_N_FOR_AXES]]
    middle = some.mean(axis=0)
    centred = some - middle
    n_axes = min(n_components + _N_SPARE, *centred.shape)
    sketch = centred.T @ (centred @ rng.standard_normal((centred.shape[1], n_axes), np.float32))
    basis = np.linalg.qr(sketch)[0]
    inside = centred @ basis
    _values, vectors = np.linalg.eigh(inside.T @ inside)
    turn = vectors[:, ::-1][:, :n_components]
    scores: NDArray[np.float32] = inside @ turn if is_whole else embedding @ (basis @ turn) - middle @ (basis @ turn)
    return scores
