"""One pass over streamed rows: losses, gradients and curvatures of all problems, or what heads say of held-out rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.heads.objectives import build_loss, two_columns
from regraft.heads.peers import summed
from regraft.heads.row_blocks import added_up, in_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from numpy.typing import NDArray

    from regraft.heads.linear import HeadKind
    from regraft.heads.peers import RowHolders
    from regraft.heads.streamed_basis import StreamedBasis

    Array = NDArray[Any]

_N_FOLDS_SORTED = 60
"""Rows are sorted by their folds where these are few enough to be the bits of a number."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What a pass tells of f problems, without strength and penalty.

    Attributes:
        loss: (f, k or 1) float64, weighted sums.
        gradient: (d + 1, f, k) by the weights in the basis.
        curvature: (f, k or 1) means.
        sample_weight: (f,) float64, of all samples that a problem is fitted on.
    """

    loss: Array
    gradient: Array
    curvature: Array
    sample_weight: Array

    def with_folds(self, folds: NDArray[np.int64], found: Measured) -> Measured:
        """The same, with what was found anew of some of the problems."""
        loss, gradient, curvature = self.loss.copy(), self.gradient.copy(), self.curvature.copy()
        loss[folds], gradient[:, folds], curvature[folds] = found.loss, found.gradient, found.curvature
        return Measured(loss, gradient, curvature, self.sample_weight)

    def where(self, is_chosen: NDArray[np.bool_], other: Measured) -> Measured:
        """The same, but for the problems that are chosen: (f, k or 1)."""
        return Measured(
            np.where(is_chosen, other.loss, self.loss),
            np.where(is_chosen, other.gradient, self.gradient),
            np.where(is_chosen, other.curvature, self.curvature),
            self.sample_weight,
        )


@dataclass(frozen=True, eq=False)
class Judged:
    """What heads say of rows that they were not fitted on; of several that are asked about a row the last.

    Attributes:
        n_right: (f, n_classes) how many rows of each class are right, of all processes.
        scores: (m, n_classes) of the rows of this one that were wanted, zeros where no head is asked.
        predicted: (n,) codes of all of them.
    """

    n_right: Array
    scores: Array
    predicted: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StreamedSamples:
    """Labelled rows of this process.

    Attributes:
        basis: The rows, and how heads take them.
        kind: Of head.
        codes: (n,) classes 0 .. n_classes - 1.
        n_classes: At least 2.
        weights: (n,) of the samples.
        peers: Processes with other rows.
    """

    basis: StreamedBasis
    kind: HeadKind
    codes: NDArray[np.int64]
    n_classes: int
    weights: Array
    peers: RowHolders

    @property
    def n_columns(self) -> int:
        """Scores of one head: one for two classes."""
        return self.n_classes if self.n_classes > 2 else 1

    def measure(self, weights: Array, is_train: NDArray[np.bool_]) -> Measured:
        """Measure heads on what each of them is fitted on.

        Args:
            weights: (d + 1, f, k) in the basis, the last row the intercepts.
            is_train: (n, f).
        """
        work = _Pass(self, weights, is_train)
        n_columns = weights.shape[1] * weights.shape[2]
        sums = added_up(in_blocks(work.run, self.basis.rows.n_rows, len(weights) - 1, n_columns=n_columns))
        loss, gradient, curvature, sample_weight = summed(self.peers, *sums)
        n_problems, n_rows, n_columns = gradient.shape
        flat = np.moveaxis(gradient, 1, 0).reshape(n_rows, -1).astype(weights.dtype)
        turned = np.vstack([self.basis.turned(flat[:-1]), flat[-1:]])
        curvature /= np.maximum(sample_weight, np.finfo(np.float64).tiny)[:, None]
        return Measured(
            loss, turned.reshape(n_rows, n_problems, n_columns), curvature.astype(weights.dtype), sample_weight
        )

    def judge(self, weights: Array, is_test: NDArray[np.bool_], kept: NDArray[np.int64] | None = None) -> Judged:
        """Count what heads get right of rows that they were not fitted on.

        Args:
            weights: (d + 1, f, k) in the basis.
            is_test: (n, f) which rows each of them is asked about.
            kept: (m,) rows of which the scores are wanted, ascending; None for none.
        """
        dtype, n_features = weights.dtype, len(weights) - 1
        kept = np.zeros(0, np.int64) if kept is None else kept
        scores_kept, predicted = np.zeros((len(kept), self.n_classes), dtype), np.zeros(len(self.codes), np.int64)
        for_rows = [self.basis.for_rows(np.ascontiguousarray(weights[:-1, fold])) for fold in range(weights.shape[1])]

        def count(blocks: Iterator[slice]) -> Array:
            n_right = np.zeros((weights.shape[1], self.n_classes))
            for block in blocks:
                rows, codes = self.basis.rows.read(block), self.codes[block]
                wanted = kept[slice(*np.searchsorted(kept, [block.start, block.stop]))]
                for fold, is_asked in enumerate(is_test[block].T):
                    asked = np.flatnonzero(is_asked)
                    scores = rows[asked] @ for_rows[fold] + weights[-1, fold]
                    scores = scores if self.n_columns > 1 else two_columns(scores[:, 0])
                    said = predicted[asked + block.start] = scores.argmax(axis=1)
                    is_right = said == codes[asked]
                    n_right[fold] += np.bincount(codes[asked][is_right], minlength=self.n_classes)
                    there = wanted[is_asked[wanted - block.start]]
                    scores_kept[np.searchsorted(kept, there)] = scores[np.searchsorted(asked, there - block.start)]
            return n_right

        parts = in_blocks(count, self.basis.rows.n_rows, n_features, n_columns=self.n_classes)
        return Judged(summed(self.peers, np.sum(parts, axis=0))[0], scores_kept, predicted)


class _Pass:
    """One pass for gradients; the threads share what is here and write to none of it."""

    def __init__(self, samples: StreamedSamples, weights: Array, is_train: NDArray[np.bool_]) -> None:
        n_rows, self._n_problems, self._n_columns = weights.shape
        self._samples = samples
        self._is_train = is_train
        turned = samples.basis.for_rows(weights[:-1].reshape(n_rows - 1, -1))
        self._weights = turned.reshape(n_rows - 1, self._n_problems, self._n_columns)
        self._intercepts = weights[-1]
        self._of_folds: dict[tuple[int, ...], Array] = {}
        self._is_coupled = samples.kind == "softmax"

    def run(self, blocks: Iterator[slice]) -> list[Array]:
        """Sums over some blocks: loss, gradient (f, d + 1, k), curvature times weight, weight."""
        shape = (self._n_problems, 1 if self._is_coupled else self._n_columns)
        gradient = np.zeros((self._n_problems, len(self._weights) + 1, self._n_columns))
        totals = [np.zeros(shape), gradient, np.zeros(shape), np.zeros(self._n_problems)]
        for block in blocks:
            self._add(block, totals)
        return totals

    def _add(self, block: slice, totals: list[Array]) -> None:
        samples = self._samples
        is_used = self._is_train[block] & (samples.weights[block] > 0)[:, None]
        order, segments = _segments(is_used)
        if not segments:
            return
        rows = samples.basis.rows.read(block, order)
        is_used, codes, weights = is_used[order], samples.codes[block][order], samples.weights[block][order]
        for segment, folds in segments:
            part = rows[segment]
            scores = part @ self._weights_of(folds) + self._intercepts[list(folds)].ravel()
            loss, _n = build_loss(samples.kind, codes[segment], samples.n_classes, rows.dtype)
            counted = weights[segment, None] * is_used[segment][:, list(folds)]
            values, residual, curvatures = loss.at_once(scores.reshape(len(part), len(folds), -1), counted)
            flat = residual.reshape(len(part), -1)
            slopes = (part.T @ flat).reshape(len(self._weights), len(folds), -1)
            for place, fold in enumerate(folds):
                totals[0][fold] += values[place]
                totals[1][fold, :-1] += slopes[:, place]
                totals[1][fold, -1] += residual[:, place].sum(axis=0, dtype=np.float64)
                totals[2][fold] += curvatures[place]
                totals[3][fold] += counted[:, place].sum(dtype=np.float64)

    def _weights_of(self, folds: tuple[int, ...]) -> Array:
        """(d, columns of some folds), made once; two threads may make the same."""
        found = self._of_folds.get(folds)
        if found is None:
            chosen = np.ascontiguousarray(self._weights[:, list(folds)])
            found = self._of_folds.setdefault(folds, chosen.reshape(len(chosen), -1))
        return found


def _segments(is_used: NDArray[np.bool_]) -> tuple[NDArray[np.int64], list[tuple[slice, tuple[int, ...]]]]:
    """An order of a block's rows, and parts of it whose rows are all used by the same folds; others are left out.

    A row is multiplied with the weights of those folds only that are fitted on it.
    """
    n_rows, n_folds = is_used.shape
    if n_folds <= _N_FOLDS_SORTED:
        keys = is_used @ (1 << np.arange(n_folds))
        order = np.argsort(keys, kind="stable")
        found, starts = np.unique(keys[order], return_index=True)
        if len(found) <= n_folds + 2:
            ends = [*starts[1:].tolist(), n_rows]
            bits = [tuple(fold for fold in range(n_folds) if key >> fold & 1) for key in found.tolist()]
            parts = zip(bits, starts.tolist(), ends, strict=True)
            return order, [(slice(start, end), folds) for folds, start, end in parts if folds]
    order = np.flatnonzero(is_used.any(axis=1))
    return order, [(slice(0, len(order)), tuple(range(n_folds)))] if len(order) else []
