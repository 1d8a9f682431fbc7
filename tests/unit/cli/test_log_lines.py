"""What a log shows of long work, by a clock that the test moves."""

from __future__ import annotations

import pytest

from regraft.cli.log_lines import LogLines


class Clock:
    """Stands still until it is moved."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lines():
    return []


@pytest.fixture
def log(lines, clock):
    return LogLines(lines.append, clock)


def work(log, clock, n_units, seconds):
    """Units that take so long each."""
    for _ in range(n_units):
        clock.now += seconds
        log.advance()


def test_short_work_leaves_no_line(log, clock, lines):
    """Tasks of a few seconds are silent, however many images they have."""
    for task in ("Reading files", "Computing features"):
        log.start(task, 1000)
        work(log, clock, 1000, 0.01)
    assert lines == []


def test_long_work_says_every_half_minute_how_far_it_is(log, clock, lines):
    """Amount, share, time that is left; later less often, never more than two minutes apart."""
    log.start("Computing features", 100_000)
    work(log, clock, 2_000, 0.06)
    assert lines[0] == "Computing features: 500 of 100,000 images (0 %), about 1 h 40 min left"
    assert len(lines) == 4
    work(log, clock, 97_999, 0.06)
    assert 50 < len(lines) < 120
    silent = clock.now
    work(log, clock, 1, 0.06)
    assert clock.now - silent < 121


def test_what_was_done_before_does_not_count_as_speed(log, clock, lines):
    """A task that is taken up at nine tenths is no ten times faster."""
    log.start("Writing", 1000, "images")
    log.advance(900)
    work(log, clock, 40, 1)
    assert lines == ["Writing: 930 of 1,000 images (93 %), about 70 s left"]


def test_once_work_is_long_the_next_tasks_are_named(log, clock, lines):
    """So that a task that cannot say how far it is does not stand for silence."""
    log.start("Computing features", 10)
    work(log, clock, 9, 10)
    del lines[:]
    log.start("Fitting the head", 1, "heads")
    log.start("Reading files", 1200, "files")
    assert lines == ["Fitting the head.", "Reading files: 1,200 files."]


def test_the_time_that_is_left_shrinks_while_a_long_unit_is_under_way(log, clock, lines):
    """A trial of a sweep takes minutes: its epochs come nearer to the end, though no trial is finished between them."""
    log.start("Sweep", 3, "trials")
    log.advance(0)
    work(log, clock, 1, 20)
    for number in (1, 2, 3):
        clock.now += 10
        log.mark(number, 9, f"epoch {number}")
    assert lines == [f"Sweep, epoch {number}, about {left} s left" for number, left in ((1, 30), (2, 20), (3, 10))]


def test_bytes_are_shown_as_such(log, clock, lines):
    """`1.0 MB of 3.0 MB`, without a unit behind it."""
    log.start("Fetching a.tgz", 3_000_000, "bytes")
    clock.now += 40
    log.advance(1_000_000)
    assert lines == ["Fetching a.tgz: 1.0 MB of 3.0 MB (33 %)"]


def test_each_epoch_is_a_line(log, clock, lines):
    """Also where they take no time; the start, too; with the time that is left."""
    log.start("Training", 40)
    log.mark(0, 4, "start: validation loss 1.000, 50.0 % right")
    for number in range(1, 5):
        work(log, clock, 10, 0.5)
        log.mark(number, 4, f"epoch {number} of 4")
    assert lines == [
        "Training, start: validation loss 1.000, 50.0 % right",
        "Training, epoch 1 of 4, about 15 s left",
        "Training, epoch 2 of 4, about 10 s left",
        "Training, epoch 3 of 4, about 5 s left",
        "Training, epoch 4 of 4",
    ]


def test_hundreds_of_epochs_are_thinned_out_and_the_last_is_there(log, clock, lines):
    """About a hundred lines; but an epoch that was waited for long is shown."""
    log.start("Training", 550)
    for number in range(551):
        clock.now += 0.1
        log.mark(number, 550, f"epoch {number} of 550")
    assert 90 < len(lines) < 105
    assert lines[-1] == "Training, epoch 550 of 550"
    log.start("Training", 550)
    clock.now += 200
    log.mark(1, 550, "epoch 1 of 550")
    assert lines[-1] == "Training, epoch 1 of 550"


def test_the_state_stands_in_a_line_within_a_long_epoch(log, clock, lines):
    """What the bar would show at its end."""
    log.start("Training", 100)
    log.tell("epoch 1, loss 0.700, 60.0 % right")
    work(log, clock, 40, 1)
    assert lines == ["Training: 30 of 100 images (30 %), about 70 s left (epoch 1, loss 0.700, 60.0 % right)"]


def test_what_is_said_otherwise_breaks_the_silence(log, clock, lines):
    """No line follows at once on a note."""
    log.start("Computing features", 100)
    work(log, clock, 29, 1)
    log.said()
    work(log, clock, 29, 1)
    assert lines == []
