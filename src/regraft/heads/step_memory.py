"""What steps have told of the curvature: the two-loop recursion of L-BFGS, for many problems at once.

Arrays run over (rows, f, k); numbers of a problem over (f, k), or (f, 1) where it has all k columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Array = NDArray[Any]

N_REMEMBERED = 10
CURVATURE_MIN = 1e-4
"""Of a loss, in preconditioners: far from its targets a loss is flat, and would allow steps of any length."""


class StepMemory:
    """The last steps of every problem, and how its gradient changed along each.

    Args:
        penalised: (rows, 1, 1) one, and zero for intercepts.
        reduced: The axes of (n, f, k) that one problem runs over (`Loss.reduced`).
        scaling: As the attribute was after a minimisation like this one.

    Attributes:
        scaling: (f, k or 1) what the inverse of the Hessian's diagonal is multiplied by, as the last step says of it. A
            diagonal alone is far too small where features or classes go together, and every step would be too long.
    """

    def __init__(self, penalised: Array, reduced: tuple[int, ...], scaling: Array | float = 1.0) -> None:
        self._penalised = penalised
        self._reduced = reduced
        self.scaling = np.asarray(scaling)
        self._steps: list[tuple[Array, Array, Array]] = []

    @property
    def pairs(self) -> tuple[tuple[Array, Array], ...]:
        """Steps with the gradients' changes."""
        return tuple((moved, changed) for moved, changed, _scale in self._steps)

    def inner(self, one: Array, two: Array) -> Array:
        """Inner product of each problem, float64."""
        by_column = np.einsum("dfk,dfk->fk", one, two).astype(np.float64)
        by_problem: Array = by_column.sum(axis=1, keepdims=True) if 2 in self._reduced else by_column
        return by_problem

    def remember(self, moved: Array, changed: Array) -> None:
        """Take in a step; for problems that did not move it says nothing."""
        inner = self.inner(moved, changed)
        is_good = inner > np.maximum(1e-12 * self.inner(moved, moved), np.finfo(np.float64).tiny)
        scale = np.divide(1.0, inner, out=np.zeros_like(inner), where=is_good)
        self._steps = [*self._steps, (moved, changed, scale)][-N_REMEMBERED:]

    def carry_over(self, pairs: tuple[tuple[Array, Array], ...], ratio: float) -> None:
        """Take in steps that were made at another strength.

        The Hessian is the penalty's plus C times the loss's: only the latter part grows.

        Args:
            pairs: Steps with the gradients' changes.
            ratio: This strength by the other.
        """
        for moved, changed in pairs:
            penalty = self._penalised * moved
            self.remember(moved, penalty + (changed - penalty) * moved.dtype.type(ratio))

    def newton_like(self, gradient: Array, diagonal: Array) -> Array:
        """The inverse Hessian times a gradient, as far as the steps tell (Nocedal & Wright 2006, algorithm 7.4).

        Where nothing else is known it is the diagonal's inverse, scaled as in their eq. 7.20.

        Args:
            gradient: (rows, f, k).
            diagonal: (rows, f, k) what is known of the Hessian's diagonal to begin with.
        """
        inverse = 1.0 / np.maximum(diagonal, np.finfo(gradient.dtype).tiny)
        current = gradient.copy()
        factors = []
        for moved, changed, scale in reversed(self._steps):
            factor = (self.inner(moved, current) * scale).astype(current.dtype)
            current -= factor * changed
            factors.append(factor)
        self._rescale(inverse)
        current *= inverse * self.scaling.astype(current.dtype)
        for (moved, changed, scale), factor in zip(self._steps, reversed(factors), strict=True):
            back = (self.inner(changed, current) * scale).astype(current.dtype)
            current += (factor - back) * moved
        return current

    def _rescale(self, inverse: Array) -> None:
        """Learn from the last step; problems that did not move keep what they had."""
        if not self._steps:
            return
        _moved, changed, scale = self._steps[-1]
        length = self.inner(changed, inverse * changed) * scale
        self.scaling = np.divide(1.0, length, out=np.broadcast_to(self.scaling, length.shape).copy(), where=length > 0)
