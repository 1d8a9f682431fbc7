from __future__ import annotations

import threading

import pytest

from regraft.core import SilentProgress, in_threads


class Counting(SilentProgress):
    """Counts what is finished; may be told to fail."""

    def __init__(self, error=None):
        self.n_done = 0
        self.error = error

    def advance(self, n_done=1):
        """One more piece."""
        self.n_done += n_done
        if self.error is not None:
            raise self.error


def square(number):
    """Some work."""
    return number * number


@pytest.mark.parametrize("n_threads", [1, 4, None])
@pytest.mark.parametrize("n_items", [0, 1, 10])
def test_answers_come_in_order(n_threads, n_items):
    """Each item has its answer, in the items' order, whatever the number of threads; all are counted."""
    progress = Counting()
    answers = in_threads(square, range(n_items), progress, n_a_task=3, n_threads=n_threads)
    assert answers == [number * number for number in range(n_items)]
    assert progress.n_done == n_items


def test_an_interruption_ends_the_threads():
    """Ctrl-C comes through after a few items, and no thread is left."""
    done = []
    with pytest.raises(KeyboardInterrupt):
        in_threads(done.append, range(1000), Counting(KeyboardInterrupt()), n_a_task=1, n_threads=2)
    assert len(done) < 1000
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("append")]


def test_an_error_of_the_work_comes_through():
    """What the work raises ends it."""
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda number: 1 // number, [1, 0, 1], SilentProgress(), n_a_task=1)
