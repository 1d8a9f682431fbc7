"""Units: images that must stay on one side of any split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.data.hashes import PackedDigests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def cluster_units(digests: Sequence[str], groups: Sequence[str | None]) -> NDArray[np.int64]:
    """Number images so that those that share a group or their exact content share a number, transitively.

    Args:
        digests: n content hashes.
        groups: n group names; None for an image that is in no group.

    Returns:
        (n,) int64, numbered 0, 1, ... by first appearance.

    Raises:
        ValueError: There are not as many groups as hashes.
    """
    if len(digests) != len(groups):
        raise ValueError(f"{len(groups)} groups do not fit {len(digests)} hashes")
    contents, names = _numbers(digests), _numbers(groups)
    n_names = int(names.max(initial=-1)) + 1
    nodes = np.where(names < 0, n_names + contents, names)  # a group, or the content of what is in none
    n_each = np.bincount(contents)
    if n_each.max(initial=0) > 1:
        copies = np.flatnonzero((names >= 0) & (n_each[contents] > 1))
        pairs = np.unique(np.stack([names[copies], n_names + contents[copies]], axis=1), axis=0)
        nodes = _joined(n_names + len(n_each), pairs.tolist())[nodes]
    del contents, names
    firsts = first_places(nodes, int(nodes.max(initial=-1)) + 1)
    return np.argsort(np.argsort(firsts, kind="stable"))[nodes]


def _numbers(texts: Sequence[str | None]) -> NDArray[np.int64]:
    """(n,) int64, the same number from 0 on for the same text, -1 for None."""
    if isinstance(texts, PackedDigests):
        return texts.numbers()
    places = {text: place for place, text in enumerate(dict.fromkeys(text for text in texts if text is not None))}
    return np.fromiter((-1 if text is None else places[text] for text in texts), np.int64, len(texts))


def _joined(n_nodes: int, pairs: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """(n_nodes,) int64, the same number for nodes between which a chain of pairs leads."""
    parents = list(range(n_nodes))

    def find(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]  # halve the path: later searches are shorter
            node = parents[node]
        return node

    for pair in pairs:
        one, two = map(find, pair)
        parents[max(one, two)] = min(one, two)
    return np.array([find(node) for node in range(n_nodes)], np.int64)


def first_places(numbers: NDArray[np.int64], n_numbers: int) -> NDArray[np.int64]:
    """(n_numbers,) int64, where each number from 0 on is for the first time; as many as there are where it is not."""
    firsts = np.full(n_numbers, len(numbers), np.int64)
    firsts[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)  # of several places the last one written stays
    return firsts
