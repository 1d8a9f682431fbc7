"""A fitted head as plain arrays and numbers: what is saved, and what predictions are made with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regraft.core import HeadError, quoted
from regraft.heads.calibration import softmax
from regraft.heads.row_lengths import normalise_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from regraft.heads.row_blocks import RowSource

HeadKind = Literal["softmax", "svm"]
Normalisation = Literal["l2", "standard"]

_SETTINGS = ("kind", "is_row_normalised", "temperature", "n_inputs")
_N_INPUTS_MAX = 1 << 24
_N_ROWS_A_BLOCK = 1 << 13
"""Of features that are normalised at once; what is predicted may be larger than memory."""
_NEVER = -1e6
"""A score so low that the class is never predicted, and still a number that can be saved and compared."""


@dataclass(frozen=True, eq=False)
class LinearHead:
    """Scores = W normalise(f) + b, probabilities = softmax(scores / temperature).

    Attributes:
        kind: "softmax" or "svm"; how it was fitted.
        is_row_normalised: Whether features are divided by their length first. (Standardisation needs no such flag:
            it is part of W and b.)
        coef: (k, d) float32; it uses the first d features.
        intercept: (k,) float32.
        temperature: Calibration.
        n_inputs: Length of the feature vectors that it takes, at least d.
    """

    kind: str
    is_row_normalised: bool
    coef: NDArray[np.float32]
    intercept: NDArray[np.float32]
    temperature: float
    n_inputs: int

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.coef)

    def scores(self, features: RowSource) -> NDArray[np.float32]:
        """Scores before calibration.

        Args:
            features: (n, n_inputs) float32 or float16, an array or what gives rows by slices.

        Returns:
            (n, k) float32.

        Raises:
            HeadError: The features have another length than the head was fitted on.
        """
        if len(features.shape) != 2 or features.shape[1] != self.n_inputs:
            raise HeadError(f"The head was fitted on {self.n_inputs} features; these have shape {features.shape}.")
        scores = np.empty((features.shape[0], self.n_classes), np.float32)
        for start in range(0, len(scores), _N_ROWS_A_BLOCK):
            block = slice(start, start + _N_ROWS_A_BLOCK)
            used = np.asarray(features[block])[:, : self.coef.shape[1]].astype(np.float32, copy=False)
            rows = normalise_rows(used) if self.is_row_normalised else used
            np.matmul(rows, self.coef.T, out=scores[block])
            scores[block] += self.intercept
        return scores

    def probabilities(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Calibrated probabilities (n, k) of scores (n, k)."""
        return softmax(scores.astype(np.float64) / self.temperature)

    def spread(self, codes: NDArray[np.int64], n_classes: int) -> LinearHead:
        """The same head for more classes; those that it was not fitted on are never predicted.

        Args:
            codes: (k,) which of the classes each row of this head stands for.
            n_classes: How many there are.
        """
        if len(codes) == n_classes:
            return self
        coef = np.zeros((n_classes, self.coef.shape[1]), np.float32)
        intercept = np.full(n_classes, _NEVER, np.float32)
        coef[codes] = self.coef
        intercept[codes] = self.intercept
        return replace(self, coef=coef, intercept=intercept)

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """The arrays, by name."""
        return {"coef": self.coef, "intercept": self.intercept}

    def settings(self) -> dict[str, Any]:
        """Everything else, as JSON values."""
        return {name: getattr(self, name) for name in _SETTINGS}

    @classmethod
    def from_parts(cls, tensors: Mapping[str, NDArray[Any]], settings: Mapping[str, Any]) -> LinearHead:
        """The head that `tensors()` and `settings()` came from.

        Raises:
            HeadError: They do not make a head: names, types, shapes or values are wrong.
        """
        if set(tensors) != {"coef", "intercept"} or set(settings) != set(_SETTINGS):
            raise HeadError(f"A head has the tensors coef and intercept and the settings {', '.join(_SETTINGS)}.")
        coef, intercept = tensors["coef"], tensors["intercept"]
        temperature = settings["temperature"]
        if coef.dtype != np.float32 or intercept.dtype != np.float32:
            raise HeadError(f"A head's tensors are float32; these are {coef.dtype} and {intercept.dtype}.")
        if coef.ndim != 2 or len(coef) < 2 or intercept.shape != (len(coef),):
            raise HeadError(f"A head's tensors are (k, d) and (k,); these are {coef.shape} and {intercept.shape}.")
        if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
            raise HeadError("A head's tensors hold values that are no finite numbers.")
        if isinstance(temperature, bool) or not isinstance(temperature, (int, float)) or not 0 < temperature < 1e6:
            raise HeadError(f"A head's temperature is a positive number; this one is {quoted(temperature)}.")
        if settings["kind"] not in ("softmax", "svm") or not isinstance(settings["is_row_normalised"], bool):
            raise HeadError(f"There is no head of the kind {quoted(settings['kind'])}.")
        n_inputs = settings["n_inputs"]
        if (
            isinstance(n_inputs, bool)
            or not isinstance(n_inputs, int)
            or not coef.shape[1] <= n_inputs <= _N_INPUTS_MAX
        ):
            raise HeadError(f"A head of {coef.shape[1]} weights a class cannot take {quoted(n_inputs)} features.")
        return cls(settings["kind"], settings["is_row_normalised"], coef, intercept, float(temperature), n_inputs)
