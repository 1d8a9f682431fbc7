"""Views of an epoch: kept ones go round, fresh ones come in behind, whatever the speed they are made with."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from regraft.core import InterruptedRunError
from regraft.finetuning import ActivationFeed, FreshViews, KeptViews


def made(number, _is_given_up=None):
    """A view whose every number is the view's."""
    return np.full((6, 2), number, np.float16)


@pytest.fixture
def fresh():
    """A window of three views over five epochs; closed at the end."""
    views = FreshViews(made, 3, 5)
    yield views
    views.close()


def numbers(views):
    return [int(view[0, 0]) for view in views]


def test_kept_views_go_round():
    """Each epoch begins with another one, and all come back."""
    views = KeptViews(tuple(map(made, range(3))))
    assert [numbers(views.of_epoch(epoch)) for epoch in range(4)] == [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]


def test_the_window_moves_by_one_view(fresh):
    """No image shows a view twice: at each place of the window, another view in each epoch."""
    assert [numbers(fresh.of_epoch(epoch)) for epoch in range(5)] == [[e, e + 1, e + 2] for e in range(5)]


def test_an_epoch_in_the_middle_is_the_same_after_a_restart(fresh):
    """What an epoch sees depends on its number only."""
    assert numbers(fresh.of_epoch(3)) == [3, 4, 5]
    fresh.close()
    assert numbers(fresh.of_epoch(3)) == [3, 4, 5]
    assert numbers(fresh.of_epoch(0)) == [0, 1, 2]


def test_the_next_view_is_made_while_an_epoch_trains():
    """It is asked for when an epoch begins, in another thread, once; none is made beyond the last epoch's."""
    asked = []

    def make(number, _is_given_up):
        asked.append((number, threading.current_thread() is threading.main_thread()))
        return made(number)

    views = FreshViews(make, 2, 3)
    views.of_epoch(0)
    assert views.is_ready(1)
    views.of_epoch(1)
    views.of_epoch(2)
    views.close()
    assert sorted(asked) == [(number, False) for number in range(4)]


def test_a_late_view_is_given_up_when_the_training_ends():
    """The asker is told that it is not ready, and closing does not wait for it to be finished."""
    begun = threading.Event()

    def make(_number, is_given_up):
        begun.set()
        while not is_given_up():
            pass
        raise InterruptedRunError("not wanted any more")

    views = FreshViews(make, 1, 2)
    assert not views.is_ready(0)
    assert begun.wait(10)
    views.close()


def test_what_goes_wrong_is_raised_where_the_view_is_asked_for():
    """Not lost in a thread."""

    def make(_number, _is_given_up):
        raise OSError("the disk is full")

    views = FreshViews(make, 1, 2)
    with pytest.raises(OSError, match="the disk is full"):
        views.of_epoch(0)
    views.close()


def test_an_image_begins_with_a_view_of_its_own():
    """An epoch mixes views; the same image shows the next one in the next epoch."""
    feed = ActivationFeed(np.zeros((6, 2), np.float16), FreshViews(made, 3, 5), (2,), seed=0)
    seen = [np.concatenate([batch.numpy() for batch in feed.batches(np.arange(6), 4, e)])[:, 0] for e in (0, 1)]
    feed.close()
    assert len(set(seen[0])) > 1
    np.testing.assert_array_equal(seen[1], seen[0] + 1)
