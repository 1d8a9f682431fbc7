"""Images decoded in threads, a few batches ahead of whoever uses them.

Decoders release the interpreter's lock, so threads are enough: no worker processes, no copies between them, the
same on every system.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regraft.core import OptionError, n_usable_cores
from regraft.data import StoredImage, Unreadable, UnreadableImageError, n_readers
from regraft.images.decoding import read_image

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from regraft.images.decoding import ImageSource
    from regraft.images.fixed_views import AnyView
    from regraft.images.transform import Transform

_N_BATCHES_AHEAD = 4
_N_TASKS_AHEAD_A_THREAD = 2
_N_IMAGES_A_TASK_MAX = 4
"""Images that a thread decodes before it looks for more: waking it for each one takes 3 % of a network's time."""

Outcome = tuple[str, NDArray[Any] | None] | Unreadable
"""Content hash and look, or why there is neither."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Consecutive images, decoded.

    Attributes:
        indices: (b,) int64, positions of the readable images.
        pixels: (b, height, width, 3) uint8, C-contiguous.
        digests: b content hashes.
        looks: (b,) of `regraft.data.LOOK`; None where nobody asked.
        unreadable: (position, why) for each of the other images.
    """

    indices: NDArray[np.int64]
    pixels: NDArray[np.uint8]
    digests: tuple[str, ...]
    looks: NDArray[Any] | None
    unreadable: tuple[tuple[int, Unreadable], ...]


def decode_batches(
    sources: Sequence[ImageSource],
    transform: Transform,
    *,
    batch_size: int = 16,
    n_threads: int | None = None,
    n_ahead: int | None = None,
    view: AnyView | None = None,
    looks: bool = False,
) -> Generator[Batch, None, None]:
    """Decode images in their order.

    The batches are the same for any number of threads: batch i holds what can be read of the i-th `batch_size` sources.
    Memory does not grow with the number of sources. Closing the iterator, or an exception in whoever uses it, ends
    the threads after the images that they are at.

    Args:
        sources: Any number of files or parts of files, encoded images or arrays.
        transform: The geometry.
        batch_size: Images of a batch; fewer in the last one, and where some cannot be read.
        n_threads: None for one on each usable core, and more where images are in an object store.
        n_ahead: Batches that are decoded before the former one is used up. None for 4, or as many as keep all
            threads busy.
        view: Which random view of each image; None for the images as they are. A view depends on the image's content,
            never on its place, its company or a thread.
        looks: Whether looks are taken, too; never at random views.

    Yields:
        One batch after the other.

    Raises:
        OptionError: A number is less than 1, or an array is no image.
    """
    n_threads = (n_readers(sources, takes_held=True) or n_usable_cores()) if n_threads is None else n_threads
    if min(batch_size, n_threads) < 1:
        raise OptionError(f"batch_size ({batch_size}) and n_threads ({n_threads}) must be 1 or more.")
    # Few images are shared out one by one, so that no thread is idle.
    n_a_task = max(1, min(_N_IMAGES_A_TASK_MAX, batch_size, len(sources) // (_N_IMAGES_A_TASK_MAX * n_threads)))
    if n_ahead is None:
        n_ahead = max(_N_BATCHES_AHEAD, -(-_N_TASKS_AHEAD_A_THREAD * n_a_task * n_threads // batch_size))
    decode = partial(_decode_some, transform=transform, view=view, looks=looks)
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="decode")
    ahead: deque[_Job] = deque()
    try:
        for start in range(0, len(sources), batch_size):
            part = sources[start : start + batch_size]
            pixels = np.empty((len(part), transform.height, transform.width, 3), np.uint8)
            tasks = [
                pool.submit(decode, pixels[first : first + n_a_task], part[first : first + n_a_task], start + first)
                for first in range(0, len(part), n_a_task)
            ]
            ahead.append(_Job(start, pixels, tasks))
            if len(ahead) > n_ahead:
                yield ahead.popleft().collect()
        while ahead:
            yield ahead.popleft().collect()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, eq=False)
class _Job:
    """A batch under way."""

    start_index: int
    pixels: NDArray[np.uint8]
    tasks: list[Future[list[Outcome]]]

    def collect(self) -> Batch:
        """The batch, as soon as all of it is decoded."""
        outcomes = list(enumerate(outcome for task in self.tasks for outcome in task.result()))
        readable = [place for place, outcome in outcomes if not isinstance(outcome, Unreadable)]
        read = [outcome for _, outcome in outcomes if not isinstance(outcome, Unreadable)]
        looks = [look for _digest, look in read if look is not None]
        return Batch(
            indices=np.array(readable, np.int64) + self.start_index,
            pixels=self.pixels if len(readable) == len(self.pixels) else self.pixels[readable],
            digests=tuple(digest for digest, _look in read),
            looks=np.stack(looks) if looks else None,
            unreadable=tuple(
                (self.start_index + place, outcome) for place, outcome in outcomes if isinstance(outcome, Unreadable)
            ),
        )


def source_name(source: ImageSource, position: int) -> str:
    """What to call an image in a message: its path, or its place in the list where it has none."""
    return str(source) if isinstance(source, Path | StoredImage) else f"image {position}"


def _decode_some(
    slots: NDArray[np.uint8],
    sources: Sequence[ImageSource],
    start_index: int,
    *,
    transform: Transform,
    view: AnyView | None,
    looks: bool,
) -> list[Outcome]:
    """Decode images to their places in the batch; returns what else is known of each, or why it cannot be read."""

    def decode(slot: NDArray[np.uint8], source: ImageSource, position: int) -> Outcome:
        try:
            decoded = read_image(source, transform, view, looks=looks)
        except UnreadableImageError as error:
            return Unreadable(path=source_name(source, position), reason=error.reason, detail=error.detail)
        slot[:] = decoded.pixels
        return decoded.digest, decoded.look

    places = range(start_index, start_index + len(sources))
    return [decode(slot, source, place) for slot, source, place in zip(slots, sources, places, strict=True)]
