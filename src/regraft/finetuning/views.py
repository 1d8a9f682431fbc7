"""Which activations an epoch sees: some views that were computed before, or a window that moves over new ones."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Activations = NDArray[Any]
    Make = Callable[[int, Callable[[], bool]], Activations]

_PATIENCE_SECONDS = 0.2
"""How long it is waited for a view before its asker may look at something else."""


class Views(Protocol):
    """Augmented views of all images, by epoch. An image shows one of an epoch's; which one depends on the image."""

    def is_ready(self, epoch: int) -> bool:
        """Whether an epoch's views are there; waits a little where they are not."""

    def of_epoch(self, epoch: int) -> Sequence[Activations]:
        """The views of an epoch, each (n, d); always as many, and the same for the same epoch."""

    def close(self) -> None:
        """The training is over; another one may follow."""


@dataclass(frozen=True, eq=False)
class KeptViews:
    """A fixed number of views: successive epochs go round them, so that an image shows another one in each.

    Attributes:
        arrays: Each (n, d), one or more.
    """

    arrays: tuple[Activations, ...]

    def is_ready(self, epoch: int) -> bool:  # noqa: ARG002 - they were computed before the training
        """Always."""
        return True

    def of_epoch(self, epoch: int) -> Sequence[Activations]:
        """All of them, each epoch beginning with another one."""
        first = epoch % len(self.arrays)
        return self.arrays[first:] + self.arrays[:first]

    def close(self) -> None:
        """Keep them."""


class FreshViews:
    """A window of views that moves on by one in each epoch: its newest view is made while the epoch before trains.

    No image is seen twice in the same view. Which views an epoch has does not depend on how fast they are made, so
    that a training stays reproducible; where the next one is late, the training waits for it.

    Args:
        make: From a view's number and a question to activations (n, d); called in a thread of its own. When the
            question is answered by true, the view is not wanted any more: it may raise what it likes.
        n_views: Of an epoch.
        n_epochs: Views that only later epochs need are not begun ahead.
    """

    def __init__(self, make: Make, n_views: int, n_epochs: int) -> None:
        self._make = make
        self._n_views = n_views
        self._n_epochs = n_epochs
        self._coming: dict[int, Future[Activations]] = {}
        self._threads: list[threading.Thread] = []
        self._is_given_up = threading.Event()

    def is_ready(self, epoch: int) -> bool:
        """Whether an epoch's views are there; the missing ones are being made when this returns."""
        wanted = self._window(epoch)
        self._coming = {number: coming for number, coming in self._coming.items() if number in wanted}
        self._begin([number for number in wanted if number not in self._coming])
        return all(self._is_done(self._coming[number]) for number in wanted)

    def of_epoch(self, epoch: int) -> Sequence[Activations]:
        """Its views; the next epoch's newest one is begun."""
        while not self.is_ready(epoch):
            pass
        views = [self._coming[number].result() for number in self._window(epoch)]
        if epoch + 1 < self._n_epochs:
            self._begin([epoch + self._n_views])
        return views

    def close(self) -> None:
        """Give up what is under way, and forget what is there; more can be asked for later."""
        self._is_given_up.set()
        for thread in self._threads:
            thread.join()
        self._threads, self._coming = [], {}
        self._is_given_up = threading.Event()

    def _window(self, epoch: int) -> range:
        return range(epoch, epoch + self._n_views)

    @staticmethod
    def _is_done(coming: Future[Activations]) -> bool:
        try:
            coming.exception(timeout=_PATIENCE_SECONDS)
        except TimeoutError:
            return False
        return True

    def _begin(self, numbers: list[int]) -> None:
        if not numbers:
            return
        futures = {number: Future[Any]() for number in numbers}
        self._coming.update(futures)
        thread = threading.Thread(target=self._make_all, args=(futures, self._is_given_up), name="views")
        self._threads.append(thread)
        thread.start()

    def _make_all(self, futures: dict[int, Future[Activations]], is_given_up: threading.Event) -> None:
        for number, future in futures.items():
            try:
                future.set_result(self._make(number, is_given_up.is_set))
            except BaseException as error:  # noqa: BLE001 - it is raised again where the view is asked for
                future.set_exception(error)
