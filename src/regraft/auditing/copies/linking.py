"""Pairs of copies become sets: an image joins where it was verified against every member, so sets do not chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing.copies.copy_sets import SAME_FILE, CopySet
from regraft.auditing.copies.relations import relation_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.copies.verification import Verified

    Pair = tuple[int, int]

_N_PARTNERS = 20


def partners_of_partners(pairs: NDArray[np.int64], tried: set[Pair]) -> NDArray[np.int64]:
    """(m, 2) pairs of images that are both copies of a third one, but for those that were tried: now these are, too."""
    partners: dict[int, list[int]] = {}
    for one, other in pairs.tolist():
        partners.setdefault(one, []).append(other)
        partners.setdefault(other, []).append(one)
    found = {
        (min(one, other), max(one, other))
        for around in partners.values()
        for place, one in enumerate(around[:_N_PARTNERS])
        for other in around[place + 1 : _N_PARTNERS]
    }
    new = sorted(found - tried)
    tried.update(new)
    return np.array(new, np.int64).reshape(-1, 2)


def link_pairs(pairs: Iterable[Pair]) -> list[list[int]]:
    """Sets in which every pair is one of `pairs`, and pairs that fit in none of them.

    Args:
        pairs: The surest first; of each, the picture that shows more comes first.

    Returns:
        Sets of rows, the first pair's first row first.
    """
    ordered = list(pairs)
    verified = {frozenset(pair) for pair in ordered}
    sets: list[list[int]] = []
    home: dict[int, list[int]] = {}
    for pair in ordered:
        homes = [home.get(row, [row]) for row in pair]
        if homes[0] is homes[1]:
            continue
        if all(frozenset((one, other)) in verified for one in homes[0] for other in homes[1]):
            joined = homes[0] + homes[1]
            sets = [rows for rows in sets if rows is not homes[0] and rows is not homes[1]] + [joined]
            home.update(dict.fromkeys(joined, joined))
        else:
            sets.append(list(pair))
    return sets


def link(images: AuditedImages, looks: NDArray[Any], rows: NDArray[np.int64], found: Verified) -> tuple[CopySet, ...]:
    """Near copies as sets, the surest first, with the same files of each image.

    Args:
        images: The images.
        looks: Their looks.
        rows: Which of them the pairs' positions are.
        found: The pairs.
    """
    order = np.argsort(found.scores, kind="stable").tolist()
    shown = zip(rows[found.placed.pairs].tolist(), found.is_moved.tolist(), strict=True)
    pairs = [(one, other) if is_moved else (min(one, other), max(one, other)) for (one, other), is_moved in shown]
    place_of = {frozenset(pairs[place]): place for place in order}
    alike: dict[str, list[int]] = {}
    for row, digest in enumerate(images.digests):
        alike.setdefault(digest, []).append(row)

    def one_set(members: Sequence[int]) -> CopySet:
        first, *others = members
        copies, relations, scores = list(alike[images.digests[first]]), [], []
        relations += [SAME_FILE] * (len(copies) - 1)
        for other in others:
            place = place_of[frozenset((first, other))]
            is_whole_first = pairs[place][0] == first
            relation = relation_of((looks[first], looks[other]), found, place, is_whole_first=is_whole_first)
            relations += [relation, *[relation] * (len(alike[images.digests[other]]) - 1)]
            copies += alike[images.digests[other]]
            scores.append(float(np.clip(1 - found.scores[place], 0, 1)))
        return CopySet(tuple(copies), tuple(relations), min(scores))

    sets = [one_set(members) for members in link_pairs(pairs[place] for place in order)]
    return tuple(sorted(sets, key=lambda group: -group.score))
