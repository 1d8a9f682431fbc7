"""One pass over images by the workers of a Ray cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft import core
from regraft.core import ClusterError, RegraftError, RemotePath, plural, shortened
from regraft.features import SHARD_ROWS
from regraft.scaling.ray_door import open_ray, open_ray_data
from regraft.scaling.ray_nodes import require_nodes
from regraft.scaling.ray_worker import Done, Portion, RayWorker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regraft.core import Progress
    from regraft.data import Unreadable
    from regraft.features import FeatureStore, Order
    from regraft.images import ImageSource

_N_PORTIONS_A_WORKER = 4
_N_ROWS_MIN = 32
_N_TASKS_AHEAD = 2
"""Portions that a worker has: the next one waits there while one is computed."""


@dataclass(eq=False)
class RayPass:
    """A pass of which each worker keeps its shards itself; the store takes them in at the end.

    Attributes:
        order: What is computed.
        store: Where it is kept.
        sources: The images.
        digests: Their content hashes.
        progress: Its task is started.
        address: Of the cluster; None to start one.
        n_threads: Cores of a worker.
        unreadable: (position, why) for each image that could not be read so far.
        n_kept: How many were finished and kept so far.
    """

    order: Order
    store: FeatureStore
    sources: Sequence[ImageSource]
    digests: Sequence[str]
    progress: Progress
    address: str | None
    n_threads: int
    unreadable: list[tuple[int, Unreadable]] = field(default_factory=list, init=False)
    n_kept: int = field(default=0, init=False)

    @property
    def task(self) -> str:
        """What it does."""
        return "Computing features on Ray"

    def run(self) -> None:
        """Compute everything; on any exception what is finished is kept first.

        Raises:
            ClusterError: The cluster cannot be reached or cannot do the work.
            RegraftError: A worker's own error: of the network or of the store.
        """
        self.progress.tell("starting Ray" if self.address is None else f"asking {self.address}")
        ray = open_ray(self.address, len(self.sources))
        needs_gpu = self.order.key.engine.endswith("-cuda")
        staff = require_nodes(ray, self.order, self.store.folder, n_threads=self.n_threads, needs_gpu=needs_gpu)
        self.progress.tell(f"{plural(staff.n_workers, 'worker')} on {plural(staff.n_nodes, 'node')}")
        try:
            for done in self._computed(staff.n_workers, needs_gpu=needs_gpu):
                self._take(done)
        except ray.exceptions.RayError as error:
            reason = shortened(" ".join(str(error).split()), 300)
            raise ClusterError(
                f"The Ray cluster failed ({type(error).__name__}: {reason}). What was finished is kept: run the same "
                "command again to go on."
            ) from error
        finally:
            adopted = self.store.adopt()
            if adopted.damaged:
                self.progress.say(adopted.warning(self.store.folder))

    def _computed(self, n_workers: int, *, needs_gpu: bool) -> Iterator[Done]:
        """What became of each portion, as it is finished."""
        data = open_ray_data()
        portions = list(self.portions(n_workers))
        strategy = data.ActorPoolStrategy(
            size=min(n_workers, len(portions)), max_tasks_in_flight_per_actor=_N_TASKS_AHEAD
        )
        computed = data.from_items(portions, override_num_blocks=len(portions)).map(
            RayWorker,
            fn_constructor_args=(self.order, self.store.folder, self.n_threads),
            compute=strategy,
            num_cpus=self.n_threads,
            num_gpus=1 if needs_gpu else None,
        )
        for row in computed.iter_rows():
            yield Done.model_validate_json(row["done"])

    def portions(self, n_workers: int) -> Iterator[Portion]:
        """A shard's images each; smaller ones where there are few images, so that every worker has something to do."""
        n_rows = -(-len(self.sources) // (n_workers * _N_PORTIONS_A_WORKER))
        n_rows = min(SHARD_ROWS, max(_N_ROWS_MIN, n_rows))
        for first in range(0, len(self.sources), n_rows):
            sources = self.sources[first : first + n_rows]
            yield Portion(
                first=first,
                sources=[_as_sent(source) for source in sources],
                digests=list(self.digests[first : first + n_rows]),
            )

    def _take(self, done: Done) -> None:
        if done.kind is not None:
            kind = getattr(core, done.kind, RegraftError)
            raise kind(f"A worker of the Ray cluster, on {done.host}: {done.message}")
        self.unreadable.extend(done.unreadable)
        self.n_kept += done.n_kept
        self.progress.advance(done.n_images)


def _as_sent(source: ImageSource) -> Any:
    """Text where a path of the system's is meant: a pass's list is a fifth as large."""
    return str(source) if isinstance(source, Path) and not isinstance(source, RemotePath) else source
