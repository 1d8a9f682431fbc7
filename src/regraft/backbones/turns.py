"""Processes take turns at what they would all fetch: the others wait, and then find what the first one has kept."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from regraft.core import BackboneError, StoreError, duration, exclusive, is_writable, scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regraft.core import Progress

_SECONDS_AT_MOST = 6 * 3600.0
_SECONDS_BETWEEN_LOOKS = 0.5
"""So that whoever waits can be interrupted."""


@contextmanager
def taking_turns(what: str, cache: Path, name: str, progress: Progress) -> Iterator[None]:
    """Hold the lock `name` of a cache; say so once where another process has it.

    Args:
        what: What is done in turn, for sentences.
        cache: The cache folder; where it cannot be written, there is nobody to wait for.
        name: Of the lock, with its folder in the cache.
        progress: Where to report.

    Raises:
        BackboneError: Another process has had it for hours.
    """
    lock = (cache if is_writable(cache) else scratch_folder()) / name
    end, is_told = time.monotonic() + _SECONDS_AT_MOST, False
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(exclusive(lock, timeout_seconds=_SECONDS_BETWEEN_LOOKS))
            except OSError:  # a file system without locks, or a full one: what cannot be kept is told elsewhere
                break
            except StoreError as error:
                if time.monotonic() > end:
                    raise BackboneError(
                        f"Another process has been fetching {what} for {duration(_SECONDS_AT_MOST)} (lock {lock}). "
                        "Stop it, and run the command again."
                    ) from error
                if not is_told:
                    progress.say(f"Another process is fetching {what}: waiting for it.")
                is_told = True
            else:
                break
        yield
