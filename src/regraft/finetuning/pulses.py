"""How processes that train together wait for each other while each works alone: they tell each other that they live."""

from __future__ import annotations

import _thread
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import distributed

from regraft.core import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SECONDS_BETWEEN = 2.0

Made = TypeVar("Made")


@contextmanager
def explained_loss(size: int) -> Iterator[None]:
    """Say in a sentence that another process ended, or says nothing any more.

    Args:
        size: How many train together.

    Raises:
        TrainingError: Talking to the others failed.
    """
    try:
        yield
    except RuntimeError as error:  # what torch raises
        raise _lost(size, error) from error


def _lost(size: int, error: BaseException | None) -> TrainingError:
    why = "" if error is None else f" ({' '.join(str(error).split())[:200]})"
    return TrainingError(
        f"Another of the {size} processes that train together has failed, was ended, or cannot be reached any more"
        f"{why}. See what it said, and start the same command again on all machines: it goes on from the last "
        "checkpoint."
    )


class Pulse:
    """Tells the others from a thread that this process is at work; nobody goes on before all have finished.

    Args:
        group: Of CPU messages; a silence as long as its time-out is the end.
        size: How many processes there are.
        is_urgent: Whether the work is broken off when another process is lost.
    """

    def __init__(self, group: distributed.ProcessGroup, size: int, *, is_urgent: bool) -> None:
        self._group, self._size, self._is_urgent = group, size, is_urgent
        self._done, self._has_failed = threading.Event(), False
        self._trouble: list[RuntimeError | None] = []

    def around(self, make: Callable[[], Made]) -> Made:
        """What the work makes, when all have done theirs.

        Args:
            make: The work; called in the main thread.

        Raises:
            TrainingError: Another process failed or was lost, and the work was urgent.
        """
        thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        thread.start()
        try:
            try:
                made = make()
            except BaseException:
                self._has_failed = self._is_urgent
                raise
            finally:
                self._done.set()
                thread.join()
        except KeyboardInterrupt:
            self._raise_trouble()
            raise
        except Exception as error:  # an interruption may have become an error of the work's own
            if self._trouble and error.__context__.__class__ is KeyboardInterrupt:
                self._raise_trouble()
            raise
        if self._is_urgent:
            self._raise_trouble()
        return made

    def _raise_trouble(self) -> None:
        if self._trouble:
            raise _lost(self._size, self._trouble[0])

    def _beat(self) -> None:
        while True:
            is_done = self._done.wait(_SECONDS_BETWEEN)
            counts = torch.tensor([int(is_done), int(self._has_failed)])
            try:
                distributed.all_reduce(counts, group=self._group)
            except RuntimeError as error:
                self._trouble.append(error)
            if counts[1] and not self._has_failed:
                self._trouble.append(None)
            if self._trouble or counts[1] or counts[0] == self._size:
                break
        if self._trouble and self._is_urgent and not self._done.is_set():
            _thread.interrupt_main()
