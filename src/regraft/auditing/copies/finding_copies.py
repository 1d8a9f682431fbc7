"""The search for copies: the same files by their hashes, the same pictures by features, codes and thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing.copies.alignment import BLUR
from regraft.auditing.copies.candidates import nearest_pairs, shortened, unique_pairs
from regraft.auditing.copies.codes import cosine_coefficients, crop_codes, learn_code, turned_coefficients
from regraft.auditing.copies.copy_sets import SAME_FILE, Copies, CopySet
from regraft.auditing.copies.faint import detail_of, faint_pairs
from regraft.auditing.copies.linking import link, partners_of_partners
from regraft.auditing.copies.placing import place
from regraft.auditing.copies.placings import N_TURNS
from regraft.auditing.copies.verification import best_of_each, joined, lay_on_each_other, limits_of, local_spreads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.copies.verification import Verified

    Floats = NDArray[np.floating]
    Integers = NDArray[np.int64]

N_PICTURES_MIN = 8
"""Fewer pictures give no measure of how alike they are."""
_N_NEIGHBOURS = 8
_LEAST_DETAIL = 2.0
"""Grey levels of a thumbnail's variation that no two products of a column and a row explain. Two tones, ramps and lamps
have next to none: for any two of them there is a window in which they agree."""
_LEAST_SHARE = 0.05
"""The same as a share of all of its variation."""
_LEAST_SLOPE = 1.0
"""Grey levels a pixel in the direction in which a thumbnail varies least: stripes and edges have next to none."""
_LEAST_GRAIN = 0.2
"""Grey levels of the same in a blurred thumbnail: what is compared in place. Rounding leaves about .1."""
_N_BLURRED = 3
"""Pixels to each side; what lies further off weighs less than a ten-thousandth."""
_N_ROUNDS = 5
"""In which copies of copies are compared, so that all of one picture meet."""
_BLOCK = 4096


def find_copies(images: AuditedImages, *, seed: int = 0) -> Copies:
    """Images that are there more than once.

    Args:
        images: The images; without looks only the same files are found.
        seed: Of what is drawn at random to learn what is common to all of them.
    """
    exact = same_files(images.digests)
    if images.looks is None:
        return Copies(exact, len(images))
    firsts = np.array(sorted(dict(zip(reversed(images.digests), range(len(images) - 1, -1, -1), strict=True)).values()))
    thumbnails = images.looks["thumbnail"][firsts]
    detailed = has_detail(thumbnails)
    rows, faint = firsts[detailed], firsts[~detailed][_is_faint(thumbnails[~detailed])]
    sizes = (len(rows), len(faint))
    n_compared = sum(size for size in sizes if size >= N_PICTURES_MIN) or max(sizes)
    evidence: dict[str, float | int | str] = {
        "n_compared": n_compared,
        "n_without_detail": len(firsts) - len(rows) - len(faint),
    }
    near = _linked_faint(images, images.looks, faint, seed) if len(faint) >= N_PICTURES_MIN else ()
    if len(rows) < N_PICTURES_MIN:
        return Copies((*near, *exact), len(images), evidence)
    embedding = None if images.features is None else images.embedding[rows]
    objects = _objects([images.groups[row] for row in rows])
    found, numbers = near_pairs(images.looks["thumbnail"][rows], embedding, images.labels[rows], objects, seed)
    every = sorted((*near, *link(images, images.looks, rows, found)), key=lambda group: -group.score)
    return Copies((*every, *exact), len(images), evidence | numbers)


def _is_faint(thumbnails: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(n,) whether plain pictures have something besides what rounding leaves."""
    found: NDArray[np.bool_] = (detail_of(_blurred(thumbnails)) ** 2).mean(axis=(1, 2)) >= _LEAST_GRAIN**2
    return found


def _linked_faint(images: AuditedImages, looks: NDArray[Any], rows: Integers, seed: int) -> tuple[CopySet, ...]:
    return link(images, looks, rows, faint_pairs(_blurred(looks["thumbnail"][rows]), seed))


def _blurred(pictures: NDArray[Any]) -> Floats:
    """Pictures (n, p, p) beside a Gaussian's weights; beyond an edge they are mirrored."""
    weights = _blurring(pictures.shape[1])
    blurred: Floats = weights @ pictures.astype(np.float32) @ weights.T
    return blurred


def _blurring(n_pixels: int) -> Floats:
    places, steps = np.arange(n_pixels), np.arange(-_N_BLURRED, _N_BLURRED + 1)
    seen = (places[:, None] + steps) % (2 * n_pixels)
    weights = np.exp(-0.5 * (steps / BLUR) ** 2)
    blurring = np.zeros((n_pixels, n_pixels), np.float32)
    np.add.at(blurring, (places[:, None], np.minimum(seen, 2 * n_pixels - 1 - seen)), weights / weights.sum())
    return blurring


def same_files(digests: Sequence[str]) -> tuple[CopySet, ...]:
    """Sets of rows that have one content hash, in the order of their first rows."""
    rows_of: dict[str, list[int]] = {}
    for row, digest in enumerate(digests):
        rows_of.setdefault(digest, []).append(row)
    return tuple(CopySet(tuple(rows), (SAME_FILE,) * (len(rows) - 1)) for rows in rows_of.values() if len(rows) > 1)


def has_detail(thumbnails: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(n,) whether a picture says enough to be known again."""
    found = np.empty(len(thumbnails), np.bool_)
    for start in range(0, len(thumbnails), _BLOCK):
        block = thumbnails[start : start + _BLOCK].astype(np.float32)
        block -= block.mean(axis=(1, 2), keepdims=True)
        squares, is_sloping = _squares_of_detail(block), _least_slopes(block) >= _LEAST_SLOPE
        all_ = np.einsum("nij,nij->n", block, block)
        is_enough = squares >= np.maximum((_LEAST_DETAIL * block.shape[1]) ** 2, _LEAST_SHARE**2 * all_)
        found[start : start + _BLOCK] = is_enough & is_sloping
    return found


def _squares_of_detail(pictures: Floats) -> Floats:
    """(n,) sums of squares that no two products of a column and a row explain; less where even that is much."""
    products = pictures @ pictures.transpose(0, 2, 1)
    squares = np.trace(products, axis1=1, axis2=2)
    # Two of the squares of singular values sum up to no more than this, by Cauchy and Schwarz.
    found: Floats = squares - np.sqrt(2 * np.einsum("nij,nij->n", products, products))
    is_close = found < np.maximum(4 * (_LEAST_DETAIL * pictures.shape[1]) ** 2, 4 * _LEAST_SHARE**2 * squares)
    found[is_close] = np.maximum(0, np.linalg.eigvalsh(products[is_close]))[:, :-2].sum(axis=1)
    return found


def _least_slopes(pictures: Floats) -> Floats:
    """(n,) by the structure tensor (Foerstner and Guelch, 1987): how much a picture varies where it varies least."""
    down, across = np.gradient(_blurred(pictures), axis=(1, 2))
    one, other, both = ((a * b).mean(axis=(1, 2)) for a, b in ((down, down), (across, across), (down, across)))
    least = (one + other) / 2 - np.sqrt((one - other) ** 2 / 4 + both**2)
    slopes: Floats = np.sqrt(np.maximum(0, least))
    return slopes


def _objects(groups: Sequence[str | None]) -> Integers:
    """(n,) numbers that images of one group share."""
    numbers: dict[str, int] = {}
    known = [len(groups) if group is None else numbers.setdefault(group, len(numbers)) for group in groups]
    return np.where(np.array(known) == len(groups), len(groups) + np.arange(len(groups)), known)


def near_pairs(
    thumbnails: NDArray[np.uint8], embedding: Floats | None, strata: Integers, objects: Integers, seed: int
) -> tuple[Verified, dict[str, float | int | str]]:
    """Pairs of pictures that are the same, and what was measured on the way.

    Args:
        thumbnails: (n, p, p) of pictures that have detail.
        embedding: (n, d) in which near pictures look alike, or None.
        strata: (n,) classes, whose pictures may be alike more than others.
        objects: (n,) which object each shows, as far as it is known.
        seed: Of samples.
    """
    pictures = _blurred(thumbnails)
    n_rows = len(pictures)
    code = learn_code(pictures, seed)
    coefficients = cosine_coefficients(pictures)
    codes = [code.encode(turned_coefficients(coefficients, turn)) for turn in range(N_TURNS)]
    pairs = nearest_pairs([*codes, *crop_codes(code, pictures)], codes[0], _N_NEIGHBOURS, seed)
    if embedding is not None:
        short = shortened(embedding, seed)
        pairs = unique_pairs(np.concatenate([pairs, nearest_pairs([short], short, _N_NEIGHBOURS, seed)]), n_rows)
    placed = place(code, pictures, codes, pairs)
    spreads = local_spreads(placed, n_rows)
    best = best_of_each(placed, spreads)
    verified = lay_on_each_other(pictures, best, spreads)
    limits = limits_of(verified, best, strata, objects)
    found = verified.under(limits, strata)
    tried = {(min(pair), max(pair)) for pair in best.pairs.tolist()}
    for _round in range(_N_ROUNDS):
        others = partners_of_partners(found.placed.pairs, tried)
        if not len(others):
            break
        more = lay_on_each_other(pictures, place(code, pictures, codes, others), spreads)
        found = joined(found, more.under(limits, strata))
    return found, {
        "n_pairs_compared": len(pairs),
        "n_pairs_by_chance": round(limits.n_by_chance, 1),
    }
