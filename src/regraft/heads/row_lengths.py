"""Rows of features at length 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def normalise_rows(features: NDArray[Any]) -> NDArray[Any]:
    """Rows divided by their Euclidean length; a zero row stays zero."""
    lengths = np.sqrt(np.einsum("nd,nd->n", features, features))[:, None]
    normalised: NDArray[Any] = features / np.maximum(lengths, np.finfo(features.dtype).tiny)
    return normalised
