"""A server without its HTTP: what it consists of, how it begins and ends, how images are asked about."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from regraft.core import OptionError, n_usable_cores, require_extra
from regraft.serving.admission import Admission
from regraft.serving.log import JsonLines
from regraft.serving.priorities import give_way
from regraft.serving.scheduler import Job, Scheduler
from regraft.serving.shelf import Shelf
from regraft.serving.tokens import VARIABLE, read_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from regraft.bundle import Outcome, StagedClassifier
    from regraft.serving.options import ServeOptions
    from regraft.serving.problems import Problem

N_STREAMS_MAX = 2
"""Images that a network computes side by side: as many as the engine has streams."""

WATCHER_SECONDS = 30
"""For a version that is just being opened, when the server ends."""


class Service:
    """Classifiers, and the threads that run them. A context: inside, they run.

    Args:
        sources: Bundles, runs, exports, folders of them, or NAME=PLACE.
        options: How to serve them.
        say: What is given the lines of the log, where they go into no file.

    Raises:
        MissingExtraError: The extra `serve` is missing.
        OptionError: Strangers could ask without a token, or the options make no sense otherwise.
    """

    def __init__(self, sources: Sequence[str], options: ServeOptions, say: Callable[[str], None] | None = None) -> None:
        require_extra("serve", "A server")
        from regraft.serving.metrics import Metrics

        self.options = options
        self.tokens = read_tokens(options.tokens)
        if not _is_this_machine(options.host) and not self.tokens:
            raise OptionError(
                f"Anyone who reaches {options.host} could ask this server. Name a file of tokens with --tokens, give "
                f"one in {VARIABLE}, or leave --host out."
            )
        self.shelf = Shelf(sources, trust_code=options.trust_code)
        self.admission = Admission(options.queue, options.n_bytes_waiting)
        self.metrics = Metrics()
        self.log = JsonLines(options.log, say if options.log is None else None)
        self.scheduler = Scheduler(
            min(N_STREAMS_MAX, n_usable_cores()), options.n_decoders, options.n_pixels, self._engine_failed
        )
        self._look = threading.Event()
        self._is_over = False
        self._watcher = threading.Thread(target=self._watch, name="regraft_watch", daemon=True)
        self._watch_gauges()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Open the classifiers, and look after them from then on.

        Raises:
            OptionError: Two have one name, or there is none.
            BundleError: One cannot be opened.
        """
        self.shelf.open()
        for name, entry in self.shelf.items():
            self.log.say("classifier_opened", model=name, digest=entry.current.model.digest)
        self._watcher.start()

    def close(self) -> None:
        """End all threads, those of a service that was never opened, too."""
        self._is_over = True
        self._look.set()
        self.scheduler.close()
        if self._watcher.is_alive():  # a thread that is left inside a network takes the process with it
            self._watcher.join(WATCHER_SECONDS)
        self.log.close()

    def look(self) -> None:
        """Look for new versions now."""
        self._look.set()

    def note_refusal(self, problem: Problem, client: str | None) -> None:
        """Count and log what was refused before anything but its first bytes was read.

        Args:
            problem: What was answered.
            client: The client's address.
        """
        self.metrics.note("-", problem.status, problem.code)
        self.log.say("request", client=client, status=problem.status, code=problem.code)

    @property
    def unready(self) -> str | None:
        """Why no one should be sent here; None where all is well."""
        if self.admission.is_ending:
            return "The server is about to end."
        if self.shelf.ailing:
            return "A network has failed; it is opened anew."
        return None

    async def ask(
        self,
        model: StagedClassifier,
        images: Sequence[tuple[str, bytes]],
        *,
        top_k: int,
        unknown: bool,
        deadline: float,
    ) -> list[Job]:
        """Ask about images; cancelling it takes the question back.

        Args:
            model: The classifier.
            images: Names and encoded images.
            top_k: How many classes to name of each.
            unknown: Whether to say if it looks like none.
            deadline: By `time.monotonic`.

        Returns:
            A job for each image, over.

        Raises:
            TimeoutError: It was not done by the deadline.
        """
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()
        n_left = len(images)

        def note(job: Job, outcome: Outcome | BaseException) -> None:
            nonlocal n_left
            job.outcome = outcome
            n_left -= 1
            if n_left == 0 and not over.done():
                over.set_result(None)

        def done(job: Job, outcome: Outcome | BaseException) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(note, job, outcome)

        jobs = [Job(model, data, name, top_k, unknown, deadline, done) for name, data in images]
        try:
            for job in jobs:
                self.scheduler.put(job)
            async with asyncio.timeout(deadline - time.monotonic()):
                await over
        finally:
            for job in jobs:
                job.is_wanted = False
        return jobs

    def _engine_failed(self, model: StagedClassifier) -> None:
        self.shelf.ails(model)
        self._look.set()

    def _watch(self) -> None:
        """Try out the classifiers, then look for new versions and for what has failed, until the end."""
        give_way()
        for name, entry in self.shelf.items():
            if self._is_over:
                return
            try:
                entry.current.model.try_out()
            except Exception as error:  # noqa: BLE001 - requests will tell
                self.log.say("classifier_failed", model=name, detail=f"{type(error).__name__}: {error}")
        while not self._is_over:
            self._look.wait(self.options.renew)
            self._look.clear()
            try:
                for change in self.shelf.renew():
                    self.log.say(
                        change.event, model=change.name, digest=change.digest or None, detail=change.detail or None
                    )
            except Exception as error:  # noqa: BLE001 - a folder that cannot be listed now
                self.log.say("look_failed", detail=f"{type(error).__name__}: {error}")

    def _watch_gauges(self) -> None:
        watch = self.metrics.watch
        watch("requests_under_way", "Requests accepted and not answered", lambda: self.admission.n_requests)
        watch("bytes_under_way", "Of their bodies, at most", lambda: self.admission.n_bytes)
        watch("images_waiting", "Images no one has begun with", lambda: self.scheduler.n_waiting)
        watch("engine_restarts", "Threads that had to begin anew", lambda: self.scheduler.n_restarts)
        watch("log_lines_lost", "Lines that could not be written", lambda: self.log.n_lost)
        watch("ready", "Whether the server is ready", lambda: float(self.unready is None))


def _is_this_machine(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
