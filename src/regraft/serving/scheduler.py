"""Who computes what when: threads that decode, threads that run networks, and what waits between them.

No one waits for a batch to fill up: a batch is what is there when a stream gets idle.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regraft.serving.priorities import give_way

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.bundle import Outcome, Prediction, StagedClassifier

BATCH_SIZE = 4
"""Images that a network computes together, where so many wait."""
N_SEEN_MAX = 16
"""Images that are decoded and wait; decoding waits for them."""


@dataclass(eq=False)
class Job:
    """An image that a classifier is asked about.

    Attributes:
        model: The classifier.
        data: The encoded image.
        name: Of the image.
        top_k: How many classes to name.
        unknown: Whether to say if it looks like none.
        deadline: By `time.monotonic`: after that nobody wants it.
        done: Called in a thread of the scheduler with the outcome, or the error that came instead.
        is_wanted: Whether somebody still waits for it.
        seconds: What took how long.
    """

    model: StagedClassifier
    data: bytes
    name: str
    top_k: int
    unknown: bool
    deadline: float
    done: Callable[[Job, Outcome | BaseException], None]
    is_wanted: bool = True
    seconds: dict[str, float] = field(default_factory=dict)
    seen: Any = None
    outcome: Any = None
    since: float = field(default_factory=time.monotonic)

    def passed(self, stage: str) -> None:
        """A stage is over: note how long it took."""
        now = time.monotonic()
        self.seconds[stage], self.since = now - self.since, now

    @property
    def is_late(self) -> bool:
        """Whether nobody wants it any more."""
        return not self.is_wanted or time.monotonic() > self.deadline


class Scheduler:
    """Decodes and computes in threads of its own.

    Args:
        n_streams: Images, or batches, that networks compute at a time.
        n_decoders: Images that are decoded at a time.
        n_pixels_max: Of an image.
        failed: Called when a classifier has raised an error over an image that was seen.
    """

    def __init__(
        self, n_streams: int, n_decoders: int, n_pixels_max: int, failed: Callable[[StagedClassifier], None]
    ) -> None:
        self.n_restarts = 0
        self._n_pixels_max = n_pixels_max
        self._failed = failed
        self._encoded: deque[Job] = deque()
        self._seen: deque[Job] = deque()
        lock = threading.Lock()
        self._to_decode, self._to_compute = threading.Condition(lock), threading.Condition(lock)
        self._n_idle = 0
        self._is_over = False
        works = [self._decode] * n_decoders + [self._compute] * n_streams
        self._threads = [
            threading.Thread(target=self._work, args=(work,), name=f"regraft{work.__name__}", daemon=True)
            for work in works
        ]
        for thread in self._threads:
            thread.start()

    def put(self, job: Job) -> None:
        """Ask for an image."""
        with self._to_decode:
            self._encoded.append(job)
            self._to_decode.notify()

    @property
    def n_waiting(self) -> int:
        """Images that no one has begun with."""
        return len(self._encoded) + len(self._seen)

    def close(self) -> None:
        """End the threads, after what they are at."""
        with self._to_decode:
            self._is_over = True
            self._to_decode.notify_all()
            self._to_compute.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self, work: Callable[[], None]) -> None:
        """Do it until the end: whatever ends it earlier, it begins anew."""
        give_way()
        while not self._is_over:
            try:
                work()
            except BaseException:  # noqa: BLE001 - even SystemExit
                self.n_restarts += 1

    def _decode(self) -> None:
        while True:
            with self._to_decode:
                self._to_decode.wait_for(lambda: self._is_over or (self._encoded and len(self._seen) < N_SEEN_MAX))
                if self._is_over:
                    return
                job = self._encoded.popleft()
            if not self._is_dropped(job):
                self._look_at(job)

    def _look_at(self, job: Job) -> None:
        job.passed("queue")
        try:
            seen = job.model.see(job.data, job.name, n_pixels_max=self._n_pixels_max)
        except BaseException as error:  # noqa: BLE001 - as below
            job.done(job, error)
            return
        job.data = b""
        job.passed("decode")
        if not isinstance(seen, list):
            job.done(job, seen)
            return
        job.seen = seen
        with self._to_compute:
            self._seen.append(job)
            self._to_compute.notify()

    def _compute(self) -> None:
        while True:
            with self._to_compute:
                self._n_idle += 1
                self._to_compute.wait_for(lambda: self._is_over or self._seen)
                self._n_idle -= 1
                if self._is_over:
                    return
                jobs = self._taken()
                self._to_decode.notify_all()
            if jobs := [job for job in jobs if not self._is_dropped(job)]:
                self._answer(jobs)

    def _taken(self) -> list[Job]:
        """What a stream computes next: a batch where no other is idle and so many wait for one classifier, or one."""
        first = self._seen[0]
        alike = [job for job in self._seen if job.model is first.model][:BATCH_SIZE]
        if self._n_idle or len(alike) < BATCH_SIZE:
            return [self._seen.popleft()]
        for job in alike:
            self._seen.remove(job)
        return alike

    def _answer(self, jobs: list[Job]) -> None:
        for job in jobs:
            job.passed("wait")
        try:
            judgements = jobs[0].model.answer([job.seen for job in jobs])
            told: list[Prediction] = [
                job.model.tell(judgement, job.name, top_k=job.top_k, unknown=job.unknown)
                for job, judgement in zip(jobs, judgements, strict=True)
            ]
        except BaseException as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            if len(jobs) == 1:
                self._failed(jobs[0].model)
                jobs[0].done(jobs[0], error)
            for job in jobs if len(jobs) > 1 else ():  # of a batch perhaps one is to blame
                self._answer([job])
            return
        for job, one in zip(jobs, told, strict=True):
            job.passed("engine")
            job.done(job, one)

    def _is_dropped(self, job: Job) -> bool:
        is_late = job.is_late
        if is_late:
            job.done(job, TimeoutError())
        return is_late
