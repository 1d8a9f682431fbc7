"""A file of the web on the disk: fetched on from where it stopped, tried again, never more than was agreed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from regraft.core import FetchError, duration, megabytes, plural, require_space
from regraft.datasets.fetching.connections import DroppedError, NotConnectedError, RangeRefusedError, read_piece
from regraft.datasets.fetching.partial_files import PartialFile

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.datasets.fetching.connections import Web

_N_BYTES_WORTH_A_TRY = 1 << 20
"""An attempt that brings so many new bytes was no failure: the count of failures begins again."""


def fetch_file(url: str, target: Path, *, n_bytes_max: int, progress: Progress, web: Web) -> None:
    """Fetch a file, or the rest of it where a part is there. Whenever it is stopped, the part stays.

    Args:
        url: An https address from the catalogue; never a user's words.
        target: Where the file appears, whole, at the end; its folder is there.
        n_bytes_max: A larger file is refused.
        progress: Where to report.
        web: How the web is reached.

    Raises:
        FetchError: There is no connection, or the server has no such file, sends too much or sends us elsewhere.
        StoreError: The disk has no room for it.
    """
    part = PartialFile(target, url)
    most, n_failures, was_reached = part.n_bytes, 0, False
    is_done = part.is_whole
    while not is_done:
        try:
            _receive(part, web.ask(url, part.range_headers()), n_bytes_max, progress)
            is_done = True
        except RangeRefusedError:
            progress.say(f"{target.name} has changed at the publisher's: beginning again.")
            part.clear()
        except DroppedError as drop:
            was_reached |= not isinstance(drop, NotConnectedError)
            if part.n_bytes >= most + _N_BYTES_WORTH_A_TRY:
                most, n_failures = part.n_bytes, 0
            if n_failures == len(web.waits) or not was_reached:
                raise FetchError(_explain(drop, part, n_failures)) from drop
            progress.say(f"{target.name}: {drop}. Trying again in {duration(web.waits[n_failures])}.")
            time.sleep(web.waits[n_failures])
            n_failures += 1
    part.finish()


def _receive(part: PartialFile, response: Any, n_bytes_max: int, progress: Progress) -> None:
    """Append an answer's body to the part."""
    with response:
        if response.status != 206:
            part.begin(response.headers)
        elif not part.is_continued_by(response.headers):
            raise RangeRefusedError
        _refuse_beyond(n_bytes_max, part, part.n_total or 0)
        n_bytes = part.n_bytes
        require_space(part.target.parent, (part.n_total or n_bytes) - n_bytes, f"The rest of {part.target.name}")
        progress.start(f"Fetching {part.target.name}", part.n_total or n_bytes_max, unit="bytes")
        progress.advance(n_bytes)
        with part.open() as file:
            while piece := read_piece(response):
                n_bytes += len(piece)
                _refuse_beyond(part.n_total or n_bytes_max, part, n_bytes)
                file.write(piece)
                progress.advance(len(piece))
    if n_bytes < (part.n_total or 0):
        raise DroppedError(f"the connection ended after {n_bytes:,} of {part.n_total:,} bytes")


def _refuse_beyond(n_bytes_max: int, part: PartialFile, n_bytes: int) -> None:
    if n_bytes > n_bytes_max:
        part.clear()
        raise FetchError(
            f"{part.target.name} is refused: {urlsplit(part.url).netloc} sends {n_bytes:,} bytes or more, and at most "
            f"{n_bytes_max:,} are expected. It is not the file that we know: look at the data set's page."
        )


def _explain(drop: DroppedError, part: PartialFile, n_failures: int) -> str:
    again = f" {plural(n_failures + 1, 'time')} in a row" if n_failures else ""
    kept = f"{megabytes(part.n_bytes)} of it are kept. " if part.n_bytes else ""
    return (
        f"{part.target.name} could not be fetched: {drop}{again}. {kept}Look at your connection and run the same "
        "command again to go on."
    )
