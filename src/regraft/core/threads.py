"""Many small pieces of work in threads, with an end that does not wait for all of them."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, TypeVar

from regraft.core.places import n_usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regraft.core.progress import Progress

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def in_threads(
    work: Callable[[Item], Answer],
    items: Sequence[Item],
    progress: Progress,
    *,
    n_a_task: int,
    n_threads: int | None = None,
) -> list[Answer]:
    """What `work` says of each item, in the items' order.

    An interruption (or an error of `progress`) ends the threads after the items that they are at.

    Args:
        work: Called in any thread.
        items: n items.
        progress: Its task is started; it advances by one for each item.
        n_a_task: Items that a thread takes at once.
        n_threads: None for one on each usable core.
    """
    from concurrent.futures import ThreadPoolExecutor  # here, because it brings logging with it

    parts = [items[start : start + n_a_task] for start in range(0, len(items), n_a_task)]
    answers: list[Answer] = []
    stop = Event()

    def work_on(part: Sequence[Item]) -> list[Answer]:
        return [work(item) for item in part if not stop.is_set()]

    with ThreadPoolExecutor(n_threads or n_usable_cores(), thread_name_prefix=work.__name__.strip("_")) as pool:
        try:
            for some in pool.map(work_on, parts):
                answers += some
                progress.advance(len(some))
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return answers
