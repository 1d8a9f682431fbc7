from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regraft.core import generator, hash_fraction, hash_key


@given(st.integers(-(2**31), 2**31), st.text(), st.text())
def test_fractions_depend_on_the_seed_and_the_names_only(seed, one, two):
    """Equal inputs give equal fractions in [0, 1), and names do not run into each other."""
    assert 0 <= hash_fraction(seed, one, two) < 1
    assert hash_fraction(seed, one, two) == hash_fraction(seed, one, two)
    assert hash_key(seed, one + "a", two) != hash_key(seed, one, "a" + two)


def test_fractions_are_uniform():
    """Ten thousand names fill ten bins evenly."""
    counts, _edges = np.histogram([hash_fraction(0, str(i)) for i in range(10_000)], bins=10, range=(0, 1))
    assert counts.min() > 900
    assert counts.max() < 1100


def test_generators_of_different_purposes_differ():
    """Two purposes with one seed see different numbers; one purpose always sees the same."""
    assert generator(0, "a").random() == generator(0, "a").random()
    assert generator(0, "a").random() != generator(0, "b").random()
