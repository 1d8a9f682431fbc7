"""The scheduler: every image is answered once, batches are what is there, and nothing is waited for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import numpy as np
import pytest

from regraft.bundle import StagedClassifier
from regraft.bundle.predictions import Judgement
from regraft.serving.scheduler import BATCH_SIZE, Job, Scheduler

SECONDS = 30
"""A limit against hanging."""


@dataclass
class Numbers:
    """A sight that takes an image for a number, and notes what was computed together; 13 fails."""

    batches: list = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self.gate.set()

    def inputs(self, images):
        """The number, as an image of one pixel."""
        (data,) = images
        return [np.full((1, 1, 1, 3), int(data), np.uint8)]

    def compute(self, inputs):
        """The numbers as features."""
        self.begun.set()
        assert self.gate.wait(SECONDS)
        numbers = inputs[0][:, 0, 0, 0]
        self.batches.append(numbers.tolist())
        if 13 in numbers:
            raise RuntimeError("thirteen")
        return numbers[:, None].astype(np.float32)


def judge(features):
    """A number is the probability of the first of two classes, in percent."""
    part = features[:, 0].astype(np.float64) / 100
    return Judgement(np.stack([part, 1 - part], 1))


@pytest.fixture
def numbers():
    """A sight."""
    return Numbers()


@pytest.fixture
def model(numbers):
    """A classifier of numbers."""
    return StagedClassifier("digest", ("a", "b"), numbers, judge, {})


class Asked:
    """A scheduler with one stream, and what it has answered."""

    def __init__(self, n_streams=1):
        self.failed = []
        self.told = []
        self.lock = threading.Lock()
        self.scheduler = Scheduler(n_streams, 1, 10**6, self.failed.append)

    def done(self, job, outcome):
        """Note it."""
        with self.lock:
            self.told.append((job, outcome))

    def job(self, model, number, *, seconds=SECONDS):
        """Ask about a number."""
        job = Job(model, str(number).encode(), f"{number}", 1, True, time.monotonic() + seconds, self.done)  # noqa: FBT003
        self.scheduler.put(job)
        return job

    def await_told(self, n):
        """Wait until so many are answered; gives the outcomes by their names."""
        until = time.monotonic() + SECONDS
        while len(self.told) < n:
            assert time.monotonic() < until
            time.sleep(0.001)
        return {job.name: outcome for job, outcome in self.told}


@pytest.fixture
def asked(numbers):
    """A scheduler that is closed in the end."""
    asked = Asked()
    yield asked
    numbers.gate.set()
    asked.scheduler.close()


def fill(asked, numbers, model, n_jobs):
    """Let a stream begin with number 1, while others are decoded and wait: 2 and so on."""
    numbers.gate.clear()
    asked.job(model, 1)
    assert numbers.begun.wait(SECONDS)
    jobs = [asked.job(model, number) for number in range(2, 2 + n_jobs)]
    until = time.monotonic() + SECONDS
    while sum(job.seen is not None for job in jobs) < min(n_jobs, 12):
        assert time.monotonic() < until
        time.sleep(0.001)
    return jobs


def test_a_batch_is_what_is_there(asked, numbers, model):
    """An image that comes alone is computed alone; of those that wait meanwhile, four together, in their order."""
    fill(asked, numbers, model, 10)
    numbers.gate.set()
    found = asked.await_told(11)
    assert numbers.batches == [[1], [2, 3, 4, 5], [6, 7, 8, 9], [10], [11]]
    assert [job.name for job, _ in asked.told] == [str(number) for number in range(1, 12)]
    assert {name: round(one.top[0][1] * 100) for name, one in found.items() if one.label == "a"} == {}
    assert all(one.probability == pytest.approx(1 - int(name) / 100) for name, one in found.items())


def test_a_batch_is_of_one_classifier(asked, numbers, model):
    """Images of two classifiers are never computed together."""
    other = StagedClassifier("other", ("a", "b"), numbers, judge, {})
    fill(asked, numbers, model, 2)
    for number in range(20, 24):
        asked.job(other, number)
    asked.job(model, 4)
    asked.job(model, 5)
    while asked.scheduler._encoded:
        time.sleep(0.001)
    numbers.gate.set()
    asked.await_told(9)
    assert all(max(batch) < 20 or min(batch) >= 20 for batch in numbers.batches)
    assert max(map(len, numbers.batches)) <= BATCH_SIZE


def test_what_nobody_wants_is_not_computed(asked, numbers, model):
    """A job that is late, or whose client has left, costs nothing; it is told all the same."""
    jobs = fill(asked, numbers, model, 3)
    jobs[1].is_wanted = False
    asked.job(model, 50, seconds=-1)
    numbers.gate.set()
    found = asked.await_told(5)
    assert sorted(number for batch in numbers.batches for number in batch) == [1, 2, 4]
    assert {name for name, one in found.items() if isinstance(one, TimeoutError)} == {"3", "50"}


def test_an_image_that_fails_is_alone_with_it(asked, numbers, model):
    """Of a batch each other image is answered; the classifier is named as one that has failed."""
    fill(asked, numbers, model, 0)
    jobs = [asked.job(model, number) for number in (12, 13, 14, 15)]
    while any(job.seen is None for job in jobs):
        time.sleep(0.001)
    numbers.gate.set()
    found = asked.await_told(5)
    assert [name for name, one in found.items() if isinstance(one, RuntimeError)] == ["13"]
    assert asked.failed == [model]
    assert numbers.batches[1] == [12, 13, 14, 15]


def test_what_cannot_be_seen_has_its_reason(asked, model, numbers):
    """An unreadable image never comes to the engine; an error of decoding is its own outcome."""

    class Blind(Numbers):
        def inputs(self, _images):
            raise SystemExit

    blind = StagedClassifier("blind", ("a", "b"), Blind(), judge, {})
    asked.job(model, "none")
    asked.job(blind, 5)
    asked.job(model, 6)
    found = asked.await_told(3)
    assert isinstance(found["none"], ValueError)
    assert isinstance(found["5"], SystemExit)
    assert found["6"].probability == pytest.approx(0.94)
    assert numbers.batches == [[6]]


def test_many_threads_and_many_jobs(model):
    """Each is answered once, by its own number, whoever asks beside it."""
    asked = Asked(n_streams=3)

    def ask(first):
        for number in range(first, first + 60):
            asked.job(model, number)

    threads = [threading.Thread(target=ask, args=(100 + place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked.await_told(480)
    asked.scheduler.close()
    assert len(asked.told) == len({id(job) for job, _ in asked.told}) == 480
    assert all(one.probability == pytest.approx(int(job.name) / 100) for job, one in asked.told)
    assert asked.scheduler.n_waiting == asked.scheduler.n_restarts == 0


def test_a_thread_that_ends_begins_anew(model):
    """Whatever escapes from a job's `done`, the next one is answered."""
    asked = Asked()
    usual = asked.done

    def done(job, outcome):
        usual(job, outcome)
        raise SystemExit

    for number in range(5):
        asked.done = done
        asked.job(model, number)
        asked.await_told(number + 1)
    asked.scheduler.close()
    assert asked.scheduler.n_restarts == 5
