from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regraft.data.units import cluster_units

ROWS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["g", "h", "i", "j", None])), max_size=14)


def test_units():
    """Images that share a content or a group are one unit, through any chain of images."""
    digests = ["a", "b", "c", "a", "d", "e"]
    groups = ["x", None, "y", "y", None, None]
    assert cluster_units(digests, groups).tolist() == [0, 1, 0, 0, 2, 3]


def test_a_group_called_like_a_digest():
    """Names of groups and contents are never mixed up."""
    assert cluster_units(["a", "b"], [None, "a"]).tolist() == [0, 1]


def test_no_images():
    """No images are no units, of the right type."""
    units = cluster_units([], [])
    assert units.shape == (0,)
    assert units.dtype == np.int64


@given(ROWS)
def test_units_are_the_connected_parts(rows):
    """Two images have the same number exactly if a chain of shared groups and contents leads from one to the other."""
    digests, groups = [row[0] for row in rows], [row[1] for row in rows]
    linked = np.eye(len(rows), dtype=bool)
    for one, two in combinations(range(len(rows)), 2):
        same_group = groups[one] is not None and groups[one] == groups[two]
        linked[one, two] = linked[two, one] = same_group or digests[one] == digests[two]
    for _step in range(len(rows)):
        linked = linked @ linked
    units = cluster_units(digests, groups)
    np.testing.assert_array_equal(units[:, None] == units[None, :], linked)


@given(ROWS, st.randoms(use_true_random=False))
def test_units_do_not_depend_on_the_order(rows, random):
    """Shuffled images fall into the same units, numbered by first appearance."""
    order = list(range(len(rows)))
    random.shuffle(order)
    units = cluster_units([row[0] for row in rows], [row[1] for row in rows])
    shuffled = cluster_units([rows[row][0] for row in order], [rows[row][1] for row in order])
    numbers: dict[int, int] = {}
    assert shuffled.tolist() == [numbers.setdefault(int(units[row]), len(numbers)) for row in order]


def test_a_long_chain():
    """A hundred thousand images in one chain are one unit, without deep recursion."""
    n_images = 100_000
    digests = [str(row // 2) for row in range(n_images)]
    groups = [str((row + 1) // 2) for row in range(n_images)]
    assert not cluster_units(digests, groups).any()
