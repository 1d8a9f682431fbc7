"""Units: images that must stay on one side of any split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    """
    parents = list(range(len(digests)))

    def find(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]  # halve the path: later searches are shorter
            row = parents[row]
        return row

    seen: dict[tuple[str, str], int] = {}
    for row, (digest, group) in enumerate(zip(digests, groups, strict=True)):
        for key in (("content", digest), ("group", group)):
            if key[1] is None:
                continue
            first = seen.setdefault((key[0], key[1]), row)
            one, two = find(first), find(row)
            parents[max(one, two)] = min(one, two)
    roots = [find(row) for row in range(len(digests))]
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(root, len(numbers)) for root in roots], np.int64)
