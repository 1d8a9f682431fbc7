from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regraft.core import generator, hash_beginnings, hash_key


@given(st.integers(-(2**31), 2**31), st.text(), st.text())
def test_keys_depend_on_the_seed_and_the_names_only(seed, one, two):
    """Equal inputs give equal keys, and names do not run into each other."""
    assert hash_key(seed, one, two) == hash_key(seed, one, two)
    assert hash_key(seed, one + "a", two) != hash_key(seed, one, "a" + two)


def test_generators_of_different_purposes_differ():
    """Two purposes with one seed see different numbers; one purpose always sees the same."""
    assert generator(0, "a").random() == generator(0, "a").random()
    assert generator(0, "a").random() != generator(0, "b").random()


@given(st.integers(-(2**31), 2**31), st.text(), st.lists(st.text()))
def test_beginnings_are_those_of_the_keys(seed, purpose, names):
    """Many at once are the same as one by one, and sort as the keys do."""
    keys = [hash_key(seed, purpose, name) for name in names]
    assert hash_beginnings(seed, purpose, names).astype(">u8").tobytes() == b"".join(key[:8] for key in keys)
