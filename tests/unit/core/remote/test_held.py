from __future__ import annotations

from regraft.core.remote.held import HeldContents


def test_what_is_held_is_given_once():
    """To whoever asks first."""
    held = HeldContents()
    held.hold("a", b"1")
    assert held.take("a") == b"1"
    assert held.take("a") is None


def test_what_several_networks_read_is_given_so_often():
    """And goes before, where it is not asked for any more."""
    held = HeldContents(n_bytes_max=5)
    held.hold("a", b"123", n_takes=2)
    assert [held.take("a"), held.take("a"), held.take("a")] == [b"123", b"123", None]
    held.hold("a", b"1234", n_takes=9)
    held.forget("a")
    held.hold("b", b"567")
    assert [held.take("a"), held.take("b")] == [None, b"567"]


def test_the_oldest_goes_when_it_is_too_much():
    """Also all of it, where one content alone is too large."""
    held = HeldContents(n_bytes_max=5)
    held.hold("a", b"123")
    held.hold("b", b"456")
    assert [held.take("a"), held.take("b")] == [None, b"456"]
    held.hold("c", b"1234567")
    assert held.take("c") is None


def test_the_same_thing_counts_once():
    """The newer content replaces the older one."""
    held = HeldContents(n_bytes_max=5)
    for content in (b"123", b"456", b"78"):
        held.hold("a", content)
    held.hold("b", b"9")
    assert [held.take("a"), held.take("b")] == [b"78", b"9"]


def test_what_nobody_asked_for_is_forgotten():
    """An object may be another by then."""
    held = HeldContents(seconds_max=-1.0)
    held.hold("a", b"1")
    assert held.take("a") is None


def test_it_is_known_what_is_held():
    """Until it is taken."""
    held = HeldContents()
    held.hold("a", b"1")
    assert held.holds("a")
    held.take("a")
    assert not held.holds("a")
