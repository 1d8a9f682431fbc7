"""Admission: bounded in requests and bytes; slow bodies make room for others."""

from __future__ import annotations

import pytest

from regraft.serving import admission as module
from regraft.serving.admission import Admission


@pytest.fixture
def no_grace(monkeypatch):
    """Every body that arrives is a slow one."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0)


def nobody():
    """Who is not to be cut off."""
    pytest.fail("a place was taken back")


def test_there_is_room_for_so_many_requests_and_bytes():
    """More are refused until one leaves."""
    admission = Admission(2, 100)
    first = admission.enter(60, nobody)
    assert admission.enter(41, nobody) is None
    assert admission.enter(40, nobody) is not None
    assert admission.enter(0, nobody) is None
    admission.leave(first)
    assert (admission.n_requests, admission.n_bytes) == (1, 40)
    assert admission.enter(60, nobody) is not None


def test_a_request_larger_than_all_room_is_refused():
    """Even where nobody else is there."""
    assert Admission(2, 100).enter(101, nobody) is None


@pytest.mark.usefixtures("no_grace")
def test_the_oldest_slow_body_makes_room():
    """Its place is taken at once, and its own leaving changes nothing more; whole requests keep their places."""
    admission, cut_off = Admission(3, 100), []
    whole = admission.enter(10, nobody)
    admission.arrived(whole)
    slow = [admission.enter(10, lambda number=number: cut_off.append(number)) for number in range(2)]
    assert admission.enter(10, nobody) is not None
    assert (cut_off, [place.is_lost for place in slow]) == ([0], [True, False])
    admission.leave(slow[0])
    assert (admission.n_requests, admission.n_bytes) == (3, 30)


def test_a_body_has_some_time_to_arrive():
    """Who has just come is not slow."""
    admission = Admission(1, 100)
    assert admission.enter(10, nobody) is not None
    assert admission.enter(10, nobody) is None


@pytest.mark.usefixtures("no_grace")
def test_an_end_lets_nobody_in_and_nobody_go():
    """What was accepted is answered."""
    admission = Admission(1, 100)
    admission.enter(10, nobody)
    admission.is_ending = True
    assert admission.enter(10, nobody) is None
    admission = Admission(1, 100)
    admission.is_ending = True
    assert admission.enter(10, nobody) is None


def test_retry_after_is_a_whole_number_of_seconds():
    """At least one, at most a minute, by what requests have taken of late."""
    admission = Admission(1, 100)
    found = []
    for seconds in (0.1, 2.5, 1e4):
        admission.seconds = seconds
        found.append(admission.retry_after)
    assert found == [1, 3, 60]
