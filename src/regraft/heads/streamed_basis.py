"""The basis of `Basis` for rows that are streamed: the weights are turned, and the rows stay as they are.

Scores and penalty do not change when features and weights are turned by the same orthogonal matrix, so weights in the
basis are turned back before each pass, and the gradient is turned after it: (d, d) by (d, columns), for nothing
beside the pass. Mean, scale and Gram matrix come from one pass over all rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.heads.peers import of_first, summed
from regraft.heads.row_blocks import NormalisedRows, added_up, computed_dtype, first_without_number, in_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from numpy.typing import NDArray

    from regraft.heads.linear import Normalisation
    from regraft.heads.peers import RowHolders
    from regraft.heads.row_blocks import RowSource

    Array = NDArray[Any]

_N_FIRST = 256
_N_GRAM_NUMBERS = 1 << 26
"""Of Gram matrices that are summed at once, 512 MB: of many features fewer threads sum."""


@dataclass(frozen=True, eq=False)
class StreamedBasis:
    """Normalised rows, and the basis in which heads on them are fitted.

    Attributes:
        rows: Centred on their weighted mean, not yet scaled.
        scale: (d,) what the centred columns are divided by.
        vectors: (d, d) orthonormal columns.
        mean_squares: (d,) of the turned columns.
    """

    rows: NormalisedRows
    scale: Array
    vectors: Array
    mean_squares: Array

    @classmethod
    def of(
        cls, source: RowSource, weights: Array, *, n_features: int, normalisation: Normalisation, peers: RowHolders
    ) -> StreamedBasis:
        """Learn it, in one pass.

        Args:
            source: (n, d or more) rows of this process.
            weights: (n,) sample weights; the centre is the weighted mean.
            n_features: How many leading features to use.
            normalisation: Which.
            peers: Processes with other rows.

        Raises:
            ValueError: A feature is no finite number.
        """
        from scipy import linalg

        dtype = computed_dtype(source)
        first = NormalisedRows(source, normalisation == "l2", np.zeros(n_features, dtype))
        near = of_first(peers, _roughly_the_mean(first))  # for the sums to lose no digits
        sums = _Sums.of(replace(first, centre=near), weights, peers)
        mean = sums.weighted / sums.weight if sums.weight > 0 else np.zeros(n_features)
        gram = sums.centred_gram(mean)
        scale = sums.deviations(near, dtype) if normalisation == "standard" else np.ones(n_features)
        gram /= np.outer(scale, scale)
        squares, vectors = linalg.eigh(gram / sums.n_rows, check_finite=False, overwrite_a=True, driver="evd")
        return cls(
            replace(first, centre=(near + mean).astype(dtype)),
            of_first(peers, scale.astype(dtype)),
            of_first(peers, vectors.astype(dtype)),
            of_first(peers, np.maximum(squares, 0).astype(dtype)),
        )

    def for_rows(self, turned: Array) -> Array:
        """Weights (d, c) for the centred rows, from those in the basis."""
        return (self.vectors @ turned) / self.scale[:, None]

    def turned(self, gradient: Array) -> Array:
        """The gradient (d, c) by weights in the basis, from that by weights for the centred rows."""
        return self.vectors.T @ (gradient / self.scale[:, None])

    def restored(self, solution: Array) -> tuple[Array, Array]:
        """Weights (k, d) and intercepts (k,) for rows that are normalised by their length at most.

        Args:
            solution: (d + 1, k), the last row the intercepts.
        """
        coef = np.ascontiguousarray(self.for_rows(solution[:-1]).T)
        return coef, solution[-1] - coef @ self.rows.centre

    def read_turned(self, kept: NDArray[np.int64]) -> Array:
        """(m, d + 1) some rows as `Basis.features` would have them."""
        turned = (self.rows.read_some(kept) / self.scale) @ self.vectors
        return np.hstack([turned, np.ones((len(turned), 1), turned.dtype)])


@dataclass(frozen=True, eq=False)
class _Sums:
    """Of all processes' rows, float64.

    Attributes:
        n_rows: How many.
        plain: (d,) sums of the columns.
        weight: Of all samples.
        weighted: (d,) sums of the columns, weighted.
        gram: (d, d) of the products of columns.
    """

    n_rows: float
    plain: Array
    weight: float
    weighted: Array
    gram: Array

    @classmethod
    def of(cls, rows: NormalisedRows, weights: Array, peers: RowHolders) -> _Sums:
        n_features, without = len(rows.centre), list[int]()

        def add_up(blocks: Iterator[slice]) -> list[Array]:
            counts, columns, gram = np.zeros(2), np.zeros((2, n_features)), np.zeros((n_features, n_features))
            for block in blocks:
                bad = first_without_number(rows.source, block)
                if bad is not None:
                    without.append(bad)
                    continue
                numbers = rows.read(block)
                counts += len(numbers), weights[block].sum(dtype=np.float64)
                columns += numbers.sum(axis=0, dtype=np.float64), weights[block] @ numbers
                gram += numbers.T @ numbers
            return [counts, columns, gram]

        n_threads = max(1, _N_GRAM_NUMBERS // n_features**2)
        sums = added_up(in_blocks(add_up, rows.n_rows, n_features, n_threads_max=n_threads))
        counts, columns, gram, n_bad = summed(peers, *sums, np.array([float(len(without))]))
        if n_bad[0]:
            raise ValueError(_no_number(without))
        return cls(counts[0], columns[0], counts[1], columns[1], gram)

    def centred_gram(self, mean: Array) -> Array:
        """(d, d) as if `mean` were first subtracted from the rows."""
        outer = np.outer(mean, self.plain)
        return np.asarray(self.gram - outer - outer.T + self.n_rows * np.outer(mean, mean))

    def deviations(self, subtracted: Array, dtype: np.dtype[Any]) -> Array:
        """(d,) standard deviations of the columns, 1 where one is constant but for rounding.

        Args:
            subtracted: (d,) what had been subtracted from the rows.
            dtype: Of the rows.
        """
        mean = self.plain / self.n_rows
        spread = np.sqrt(np.maximum(self.gram.diagonal() / self.n_rows - np.square(mean), 0))
        is_constant = spread <= 10 * np.finfo(dtype).eps * np.abs(subtracted + mean)
        return np.where(is_constant | (spread == 0), 1, spread)


def _roughly_the_mean(rows: NormalisedRows) -> Array:
    """(d,) of the first rows, where these are numbers."""
    block = slice(0, min(_N_FIRST, rows.n_rows))
    if block.stop == 0 or first_without_number(rows.source, block) is not None:
        return rows.centre
    return np.asarray(rows.read(block).mean(axis=0))


def _no_number(rows: list[int]) -> str:
    place = f"Row {min(rows):,} of the features" if rows else "A row of another process"
    return (
        f"{place} holds a value that is no finite number. Leave the row out, or compute it again: "
        "regraft cache verify finds what is damaged."
    )
