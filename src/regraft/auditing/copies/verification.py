"""Which candidate pairs show one picture: laid on each other, they differ far less than pictures that look alike.

How much lookalikes differ is measured around each image, by how far its tenth neighbour is; what remains between two
images is judged as a share of it. Where pictures are so uniform that chance would still give pairs, the limit of what
remains falls until no more than a few in a hundred of the pairs that are found can be expected to be chance (Benjamini
and Hochberg, 1995, with the null read from pairs that are nobody's best). That is done for each kind of pair by itself:
lookalikes lie in place, as they were taken in one way, and differ in tones; a crop does neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from regraft.auditing.copies.alignment import Aligned, align
from regraft.auditing.copies.placing import Placed
from regraft.auditing.copies.placings import N_TURNS, WHOLE, turned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]
    Integers = NDArray[np.int64]

N_STEPS = 6
_N_FIRST_STEPS = 2
_HOPELESS = 0.3
_BLOCK = 64
_N_BEST = 2
"""Of each image's candidates, so many are laid on it to a fraction of a pixel."""
_NEIGHBOUR = 10
_NEARER = 1.1
_LIMITS = np.array([0.12, 0.3, 0.12, 0.3])
"""Of what remains, as a share of the distance of the tenth neighbour, of each kind: in place, moved; and both with
other tones. Copies reach a half of it."""
_SHARE = 0.8
"""So much of a picture's variation must lie in the pixels that agree: strokes on white leave nothing but the white."""
_FALSE_SHARES = (0.02, 0.05, 0.02, 0.05)
"""Of the pairs that are found of each kind."""
_SMALLEST_WINDOW = 0.7
_SURE = 0.03
_OUTSTANDING = 1 / 3
"""Of what remains between each of two pictures and others: such a pair may be a copy, and shows no chance."""
_N_NULLS = 100
_N_NEAR_NULLS = 30
"""Where fewer of them are not hopeless, chance gives nothing like a copy."""
_OF_FEW = 0.5
"""The share of the limits where too few pairs show what chance gives."""


_IN_PLACE = 0.015
"""Of a picture's side."""


class Limits(NamedTuple):
    """Of copies the largest scores and residuals, (s, 4) in each stratum of each kind; how many chance would give."""

    scores: NDArray[np.float64]
    residuals: NDArray[np.float64]
    n_by_chance: float


class Verified(NamedTuple):
    """Pairs that were laid on each other, and how sure it is that they show one picture.

    Attributes:
        placed: The pairs, and how the second lies in the first.
        aligned: The same to a fraction of a pixel.
        scores: (m,) what remains between them as a share of what remains between lookalikes; infinite where too little
            of the picture agrees.
    """

    placed: Placed
    aligned: Aligned
    scores: NDArray[np.float64]

    @property
    def is_moved(self) -> NDArray[np.bool_]:
        """(m,) whether one of the pictures shows a part of the other."""
        moved: NDArray[np.bool_] = np.abs(self.aligned.windows - WHOLE).max(axis=1) >= _IN_PLACE
        return moved

    @property
    def residuals(self) -> Floats:
        """(m,) what remains between them, as a share: of a part of a picture, all of it must agree."""
        return np.where(self.is_moved, self.aligned.overall, self.aligned.residuals)

    @property
    def kinds(self) -> Integers:
        """(m,) in place, moved; and both with other tones."""
        return self.is_moved + 2 * self.aligned.is_retoned

    def under(self, limits: Limits, strata: Integers) -> Verified:
        """The pairs that count as copies."""
        place = strata[self.placed.pairs[:, 0]], self.kinds
        return self.select((self.scores <= limits.scores[place]) & (self.residuals <= limits.residuals[place]))

    def select(self, chosen: NDArray[np.bool_] | Integers) -> Verified:
        """Some of the pairs."""
        return Verified(self.placed.select(chosen), self.aligned.select(chosen), self.scores[chosen])


def lay_on_each_other(pictures: Floats, placed: Placed, spreads: Floats) -> Verified:
    """Pairs of pictures on each other; those that are hopeless after two steps are left out.

    Args:
        pictures: (n, p, p) thumbnails.
        placed: m pairs and roughly how they lie.
        spreads: (n,) how far lookalikes of each picture are.
    """
    aligned = align_all(pictures, placed, placed.windows, _N_FIRST_STEPS, stride=2)
    chosen = np.flatnonzero(aligned.residuals < _HOPELESS)
    placed = placed.select(chosen)
    aligned = align_all(pictures, placed, aligned.windows[chosen], N_STEPS - _N_FIRST_STEPS)
    verified = Verified(placed, aligned, np.zeros(len(chosen)))
    sizes = aligned.windows[:, 1::2] - aligned.windows[:, ::2]
    is_too_little = (~verified.is_moved & (aligned.shares < _SHARE)) | (sizes.min(axis=1) < _SMALLEST_WINDOW)
    scores = verified.residuals / spreads[placed.pairs].min(axis=1)
    return verified._replace(scores=np.where(is_too_little, np.inf, scores))


def local_spreads(placed: Placed, n_rows: int) -> Floats:
    """(n,) how far each picture's tenth neighbour is, by codes; at least half the median, as bursts have none."""
    spreads = distances_of_rank(placed, n_rows, _NEIGHBOUR)
    return np.maximum(spreads, max(0.05, 0.5 * float(np.median(spreads))))


def distances_of_rank(placed: Placed, n_rows: int, rank: int) -> Floats:
    """(n,) how far, by codes, each picture's neighbour of a rank is, 0 for the nearest, or the last one."""
    rows, distances = _by_row(placed)
    starts, ends = (np.searchsorted(rows, np.arange(n_rows), side) for side in ("left", "right"))
    found = np.full(n_rows, np.sqrt(2), np.float32)
    known = ends > starts
    found[known] = distances[np.minimum(ends - 1, starts + rank)[known]]
    return found


def best_of_each(placed: Placed, spreads: Floats) -> Placed:
    """The pairs that are among the two best of one of their pictures, and nearer than the tenth neighbour."""
    ranks = ranks_of_pairs(placed, len(spreads))
    return placed.select((ranks < _N_BEST) & (placed.distances < _NEARER * spreads[placed.pairs].min(axis=1)))


def ranks_of_pairs(placed: Placed, n_rows: int) -> Integers:
    """(m,) the better of each pair's ranks among the pairs of its two pictures, 0 for the best."""
    rows = placed.pairs.T.ravel()
    order = np.lexsort((-np.tile(placed.likeness, 2), rows))
    starts = np.searchsorted(rows[order], np.arange(n_rows))
    ranks = np.empty(len(rows), np.int64)
    ranks[order] = np.arange(len(rows)) - starts[rows[order]]
    best: Integers = ranks.reshape(2, -1).min(axis=0)
    return best


def limits_of(verified: Verified, best: Placed, strata: Integers, objects: Integers) -> Limits:
    """Up to where pairs count as copies, of each kind and in each stratum.

    The pictures of one class may be more alike than those of another.

    Args:
        verified: The pairs that are not hopeless.
        best: All pairs that were laid on each other.
        strata: (n,) in which stratum each picture is; small ones are taken together.
        objects: (n,) which object each picture shows, as far as it is known: views of one are no chance.
    """
    n_rows, n_strata = len(strata), int(strata.max()) + 1
    others = _nobodys_best(verified, best, objects)
    is_null = np.isin(_keys(verified.placed.pairs, n_rows), _keys(others, n_rows))
    stratum_of = strata[verified.placed.pairs[:, 0]]
    sizes = np.bincount(strata[others[:, 0]], minlength=n_strata)
    scores = np.tile(_LIMITS, (n_strata, 1))
    residuals = np.full_like(scores, np.inf)
    n_by_chance = 0.0
    for members in _large_and_rest(sizes):
        if sizes[members].sum() < _N_NULLS:
            scores[members] *= _OF_FEW
            continue
        for kind, false_share in enumerate(_FALSE_SHARES):
            chosen = (verified.kinds == kind) & np.isin(stratum_of, members)
            if is_null[chosen].sum() >= _N_NEAR_NULLS:
                limit, chance = _limit(verified.select(chosen), is_null[chosen], false_share)
                residuals[members, kind] = limit
                n_by_chance += chance
    return Limits(scores, residuals, n_by_chance)


def _nobodys_best(verified: Verified, best: Placed, objects: Integers) -> Integers:
    """(m, 2) pairs that show what chance gives: not the best of a picture, nor of one that surely has a copy."""
    has_copy = np.zeros(len(objects), np.bool_)
    has_copy[verified.placed.pairs[(verified.scores <= _SURE) | _stand_out(verified, len(objects))]] = True
    is_best = ranks_of_pairs(best, len(objects)) == 0
    is_one_object = objects[best.pairs[:, 0]] == objects[best.pairs[:, 1]]
    pairs: Integers = best.pairs[~is_best & ~is_one_object & ~has_copy[best.pairs].any(axis=1)]
    return pairs


def _stand_out(verified: Verified, n_rows: int) -> NDArray[np.bool_]:
    """(m,) whether two pictures are much nearer to each other than to all others that either was laid on."""
    rows, residuals = verified.placed.pairs.T.ravel(), np.tile(verified.residuals, 2)
    order = np.lexsort((residuals, rows))
    is_second = np.zeros(len(rows), np.bool_)
    is_first = np.diff(rows[order], prepend=-1) > 0
    is_second[1:] = is_first[:-1] & ~is_first[1:]
    others = np.full(n_rows, _HOPELESS)
    others[rows[order][is_second]] = residuals[order][is_second]
    stands_out: NDArray[np.bool_] = verified.residuals < _OUTSTANDING * others[verified.placed.pairs].min(axis=1)
    return stands_out


def _large_and_rest(sizes: Integers) -> list[Integers]:
    """Each stratum with enough pairs that are nobody's best, and all others together."""
    large, rest = np.flatnonzero(sizes >= _N_NULLS), np.flatnonzero(sizes < _N_NULLS)
    return [*(np.array([stratum]) for stratum in large), rest]


def _limit(verified: Verified, is_null: NDArray[np.bool_], false_share: float) -> tuple[float, float]:
    """The largest residual of a copy, and how many pairs up to it chance would give."""
    residuals = np.where(np.isfinite(verified.scores), verified.residuals, np.inf)
    found, nulls = np.sort(residuals[verified.scores <= _LIMITS[verified.kinds]]), np.sort(residuals[is_null])
    n_by_chance = min(len(residuals), 2 * int((residuals >= np.median(nulls)).sum()))  # Storey, JRSS B 64 (2002)
    chance = n_by_chance * _chance_below(found, nulls)
    good = np.flatnonzero(chance <= false_share * np.arange(1, len(found) + 1))
    return (float(found[good[-1]]), float(chance[good[-1]])) if len(good) else (0.0, 0.0)


def joined(one: Verified, other: Verified) -> Verified:
    """The pairs of both."""
    placed = Placed(*(np.concatenate(columns) for columns in zip(one.placed, other.placed, strict=True)))
    aligned = Aligned(*(np.concatenate(columns) for columns in zip(one.aligned, other.aligned, strict=True)))
    return Verified(placed, aligned, np.concatenate([one.scores, other.scores]))


def _keys(pairs: Integers, n_rows: int) -> Integers:
    keys: Integers = pairs[:, 0] * n_rows + pairs[:, 1]
    return keys


def _chance_below(values: NDArray[np.float64], nulls: NDArray[np.float64]) -> NDArray[np.float64]:
    """The null's share below each value: a power law through its 3rd and 15th percentile, as distances have."""
    low = max(5, int(0.03 * len(nulls)))  # copies that nobody knows of may be among the first
    high = max(3 * low, int(0.15 * len(nulls)))
    if not np.isfinite(nulls[low]):
        return np.zeros(len(values))
    high = min(high, int(np.isfinite(nulls).sum()) - 1)
    exponent = np.log(high / low) / np.log(max(1.001, nulls[high] / nulls[low]))
    shares: NDArray[np.float64] = low / len(nulls) * (values / nulls[low]) ** exponent
    return shares


def _by_row(placed: Placed) -> tuple[Integers, Floats]:
    """Each picture with the distances of its partners, in order."""
    rows = placed.pairs.T.ravel()
    distances = np.tile(placed.distances, 2)
    order = np.lexsort((distances, rows))
    return rows[order], distances[order]


def align_all(pictures: Floats, placed: Placed, windows: Floats, n_steps: int, stride: int = 1) -> Aligned:
    """Pairs of pictures on each other, as `align` does it.

    Args:
        pictures: (n, p, p).
        placed: m pairs of them, and how the second is turned.
        windows: (m, 4) to begin with.
        n_steps: How often each is improved.
        stride: Of the pixels that are looked at.
    """
    parts = []
    for start in range(0, len(windows) or 1, _BLOCK):
        block = slice(start, start + _BLOCK)
        wholes, turns = placed.pairs[block, 0], placed.turns[block]
        firsts = pictures[placed.pairs[block, 1]]
        for turn in range(1, N_TURNS):
            firsts[turns == turn] = turned(firsts[turns == turn], turn)
        parts.append(align(firsts, pictures[wholes], windows[block], n_steps, stride))
    return Aligned(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
