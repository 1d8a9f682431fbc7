"""Which heads are tried: kinds, normalisations, widths and strengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from regraft.core import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.heads.linear import HeadKind, Normalisation

Scoring = Literal["accuracy", "balanced_accuracy"]

DEFAULT_RANGES: dict[Normalisation, tuple[float, float]] = {"l2": (1e-1, 1e4), "standard": (1e-6, 1e0)}
"""Where the best strengths of pooled ConvNet features were seen to lie, with room on both sides."""


@dataclass(frozen=True)
class Candidates:
    """Which heads to try; `HeadSearch` explains each.

    Attributes:
        kind: "softmax" or "svm".
        normalisations: Some of "l2" and "standard".
        widths: Numbers of leading features; None stands for all.
        strengths: Values of C; None for `n_strengths` over a range that suits each normalisation.
        n_strengths: How many.
        scoring: "accuracy" or "balanced_accuracy".
    """

    kind: HeadKind
    normalisations: Sequence[str] = ("l2", "standard")
    widths: Sequence[int | None] = (None,)
    strengths: Sequence[float] | None = None
    n_strengths: int = 20
    scoring: Scoring = "accuracy"

    def shapes(self, n_features: int) -> list[tuple[int, Normalisation]]:
        """Width and normalisation of each path: the smallest width with all, the others with the first.

        Raises:
            ValueError: A width or normalisation does not exist.
        """
        widths, names = self._checked_widths(n_features), self._checked_normalisations()
        return [(widths[0], name) for name in names] + [(width, names[0]) for width in widths[1:]]

    def strengths_for(self, normalisation: Normalisation) -> NDArray[np.float64]:
        """Values of C to try.

        Raises:
            ValueError: They are no list of positive numbers.
        """
        if self.strengths is None:
            return np.geomspace(*DEFAULT_RANGES[normalisation], self.n_strengths)
        strengths = np.asarray(self.strengths, np.float64)
        if strengths.ndim != 1 or not len(strengths) or not (np.isfinite(strengths) & (strengths > 0)).all():
            raise ValueError("strengths must be a list of positive numbers.")
        return strengths

    def _checked_widths(self, n_features: int) -> list[int]:
        widths = sorted({n_features if width is None else int(width) for width in self.widths})
        if not widths or not 1 <= widths[0] <= widths[-1] <= n_features:
            raise ValueError(
                f"widths is {quoted(self.widths)}; it must name numbers of features from 1 to {n_features}."
            )
        return widths

    def _checked_normalisations(self) -> list[Normalisation]:
        chosen: list[Normalisation] = [name for name in DEFAULT_RANGES if name in set(self.normalisations)]
        if not chosen or len(chosen) != len(set(self.normalisations)):
            raise ValueError(
                f"normalisations is {quoted(self.normalisations)}; it must name some of {', '.join(DEFAULT_RANGES)}."
            )
        return chosen
