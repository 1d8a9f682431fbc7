"""Files decoded in threads, a few batches ahead of whoever uses them.

Decoders release the interpreter's lock, so threads are enough: no worker processes, no copies between them, the
same on every system.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import n_usable_cores
from regraft.data import Unreadable
from regraft.images.decoding import read_image
from regraft.images.failures import UnreadableImageError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.images.transform import Transform

_N_BATCHES_AHEAD = 4

Outcome = str | Unreadable


@dataclass(frozen=True, eq=False)
class Batch:
    """Consecutive files, decoded.

    Attributes:
        indices: (b,) int64, positions of the readable files.
        pixels: (b, height, width, 3) uint8.
        digests: b content hashes.
        unreadable: (position, why) for each of the other files.
    """

    indices: NDArray[np.int64]
    pixels: NDArray[np.uint8]
    digests: tuple[str, ...]
    unreadable: tuple[tuple[int, Unreadable], ...]


def decode_batches(
    files: Sequence[Path], transform: Transform, *, batch_size: int = 16, n_threads: int | None = None
) -> Generator[Batch, None, None]:
    """Decode files in their order.

    The batches are the same for any number of threads. At most a few are in memory, however many files there are.
    Closing the iterator stops the threads.

    Args:
        files: Any number of files.
        transform: The geometry.
        batch_size: Files of a batch; fewer in the last one, and where some cannot be read.
        n_threads: None for one on each usable core.

    Yields:
        One batch after the other.
    """
    shape = (transform.height, transform.width, 3)
    pool = ThreadPoolExecutor(n_threads or n_usable_cores(), thread_name_prefix="decode")
    ahead: deque[tuple[int, NDArray[np.uint8], list[Future[Outcome]]]] = deque()
    try:
        for start in range(0, len(files), batch_size):
            part = files[start : start + batch_size]
            pixels = np.empty((len(part), *shape), np.uint8)
            jobs = [pool.submit(_decode_into, slot, path, transform) for slot, path in zip(pixels, part, strict=True)]
            ahead.append((start, pixels, jobs))
            if len(ahead) > _N_BATCHES_AHEAD:
                yield _collect(*ahead.popleft())
        while ahead:
            yield _collect(*ahead.popleft())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _decode_into(slot: NDArray[np.uint8], path: Path, transform: Transform) -> Outcome:
    try:
        decoded = read_image(path, transform)
    except UnreadableImageError as error:
        return Unreadable(path=str(path), reason=error.reason, detail=error.detail)
    slot[:] = decoded.pixels
    return decoded.digest


def _collect(start: int, pixels: NDArray[np.uint8], jobs: list[Future[Outcome]]) -> Batch:
    outcomes = [job.result() for job in jobs]
    readable = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, str)]
    return Batch(
        indices=np.array(readable, np.int64) + start,
        pixels=pixels if len(readable) == len(pixels) else pixels[readable],
        digests=tuple(outcome for outcome in outcomes if isinstance(outcome, str)),
        unreadable=tuple(
            (start + place, outcome) for place, outcome in enumerate(outcomes) if isinstance(outcome, Unreadable)
        ),
    )
