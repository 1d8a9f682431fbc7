"""`Walk` for rows that are streamed: the same path, judged on the same folds, a few passes a strength."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from regraft.heads.peers import Alone, summed
from regraft.heads.streamed_basis import StreamedBasis
from regraft.heads.streamed_passes import StreamedSamples
from regraft.heads.streamed_solver import StreamedProblem
from regraft.heads.walk import (
    FINAL_ITERATIONS,
    FINAL_TOLERANCE,
    PATH_ITERATIONS,
    PATH_TOLERANCE,
    StrengthPath,
    follow,
    head_of,
)

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from regraft.heads.folds import FoldTable
    from regraft.heads.linear import HeadKind, LinearHead, Normalisation
    from regraft.heads.peers import RowHolders
    from regraft.heads.row_blocks import RowSource

    Array = NDArray[Any]

_N_WEIGHTS_MAX = 4_000_000
"""Of heads that are fitted at once: the solver keeps some 30 arrays of that size, 500 MB; else folds come in lots."""


@dataclass(frozen=True, eq=False)
class StreamedData:
    """What heads are fitted on.

    Attributes:
        source: (n, d) rows of this process.
        codes: (n,) their classes, 0 .. n_classes - 1.
        n_classes: In all processes.
        weights: (n,) of the samples.
        folds: Folds of these rows.
        peers: Processes with other rows.
    """

    source: RowSource
    codes: NDArray[np.int64]
    n_classes: int
    weights: Array
    folds: FoldTable
    peers: RowHolders = field(default_factory=Alone)


class StreamedWalk:
    """Walks one path, and remembers the best point on it.

    Args:
        kind: Which head.
        data: Rows, labels and folds.
        n_features: How many leading features to use.
        normalisation: Which normalisation.
        scoring: "accuracy" or "balanced_accuracy".

    Attributes:
        path: What was found.
        best_weights: (d + 1, f, k) the folds' heads at the best strength, in the basis.
        n_passes: That fitting took so far.
    """

    def __init__(
        self, kind: HeadKind, data: StreamedData, *, n_features: int, normalisation: Normalisation, scoring: str
    ) -> None:
        self._data = data
        self._is_balanced = scoring == "balanced_accuracy"
        peers, folds = data.peers, data.folds
        basis = StreamedBasis.of(
            data.source, data.weights, n_features=n_features, normalisation=normalisation, peers=peers
        )
        self.samples = StreamedSamples(basis, kind, data.codes, data.n_classes, data.weights, peers)
        n_together = max(1, _N_WEIGHTS_MAX // (n_features * self.samples.n_columns))
        starts = range(0, folds.n_folds, n_together)
        self._lots = [StreamedProblem(self.samples, folds.is_train[:, start : start + n_together]) for start in starts]
        counts = [np.bincount(data.codes[is_test], minlength=data.n_classes) for is_test in folds.is_test.T]
        self._n_asked = summed(peers, np.array(counts, np.float64))[0]
        self.path = StrengthPath(n_features, normalisation, np.zeros(0), np.zeros((0, folds.n_folds)))
        self.best_weights: Array = np.zeros(0)
        self.n_passes = 0

    def run(self, strengths: NDArray[np.float64], *, can_grow: bool) -> None:
        """As `Walk.run`."""
        solutions = [lot.zero_solution() for lot in self._lots]

        def tried(strength: float) -> StrengthPath:
            nonlocal solutions
            solutions = [
                lot.solve(strength, start, tolerance=PATH_TOLERANCE, n_passes_max=PATH_ITERATIONS)
                for lot, start in zip(self._lots, solutions, strict=True)
            ]
            self.n_passes += max(solution.n_passes for solution in solutions)
            self._judge(strength, np.concatenate([solution.weights for solution in solutions], axis=1))
            return self.path

        follow(tried, strengths, can_grow=can_grow)

    @property
    def best_score(self) -> float:
        """Mean score at the best strength."""
        return float(self.path.means[self.path.best])

    @property
    def best_strength(self) -> float:
        """The best strength."""
        return float(self.path.strengths[self.path.best])

    def held_out(self, kept: NDArray[np.int64]) -> tuple[Array, NDArray[np.int64]]:
        """(m, n_classes) out-of-fold scores of some rows, ascending, at the best strength; and (n,) predicted codes."""
        said = self.samples.judge(self.best_weights, self._data.folds.is_test, kept)
        return said.scores, said.predicted

    def refitted(self, temperature: float) -> LinearHead:
        """As `Walk.refitted`."""
        problem = StreamedProblem(self.samples, np.ones((len(self._data.codes), 1), np.bool_))
        solved = problem.solve(
            self.best_strength,
            problem.started(self.best_weights.mean(axis=1, keepdims=True)),
            tolerance=FINAL_TOLERANCE,
            n_passes_max=FINAL_ITERATIONS,
        )
        self.n_passes += solved.n_passes
        coef, intercept = self.samples.basis.restored(solved.weights[:, 0, :])
        n_inputs = self._data.source.shape[1]
        return head_of(
            self.samples.kind, self.path.normalisation, coef, intercept, temperature=temperature, n_inputs=n_inputs
        )

    def _judge(self, strength: float, weights: Array) -> None:
        """Score every fold on what it has not seen, and keep the point if it is the best so far."""
        n_right = self.samples.judge(weights, self._data.folds.is_test).n_right
        if self._is_balanced:
            is_asked = self._n_asked > 0
            scores = (n_right / np.maximum(self._n_asked, 1)).sum(axis=1) / is_asked.sum(axis=1)
        else:
            scores = n_right.sum(axis=1) / self._n_asked.sum(axis=1)
        self.path = self.path.longer(strength, scores)
        if self.path.best == len(self.path.strengths) - 1:
            self.best_weights = weights
