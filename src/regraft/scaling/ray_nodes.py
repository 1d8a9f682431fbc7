"""Whether a cluster's nodes can do the work, asked before any of it is done."""

from __future__ import annotations

import sys
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regraft.core import ClusterError, plural
from regraft.scaling import ray_worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_N_SECONDS_TO_SAY = 60


@dataclass(frozen=True)
class Staff:
    """How many workers there can be.

    Attributes:
        n_nodes: On so many nodes.
        n_workers: In all.
    """

    n_nodes: int
    n_workers: int


def require_nodes(ray: Any, store: Path, *, n_threads: int, needs_gpu: bool) -> Staff:
    """See that every node sees the store's folder, and runs the same versions.

    Args:
        ray: The connected module.
        store: The folder.
        n_threads: Cores of a worker.
        needs_gpu: Whether a worker needs a GPU.

    Raises:
        ClusterError: One does not, or says nothing within a minute, or there is no room for a worker.
    """
    with _token(store) as token:
        here = ray_worker.look_about(str(token))
        nodes, answers = _answers(ray, str(token))
        for node, said in zip(nodes, answers, strict=True):
            _require_alike(f"{said['host']} ({node['NodeManagerAddress']})", said, here, store)
    rooms = [_n_workers(node["Resources"], n_threads, needs_gpu=needs_gpu) for node in nodes]
    if not sum(rooms):
        what = "a GPU" if needs_gpu else plural(n_threads, "core")
        raise ClusterError(
            f"None of the cluster's {plural(len(nodes), 'node')} has {what} for a worker: take fewer --worker-threads, "
            "or start nodes with more (ray start --num-cpus N)."
        )
    return Staff(sum(map(bool, rooms)), sum(rooms))


@contextmanager
def _token(store: Path) -> Iterator[Path]:
    """A file that nobody else can have made."""
    token = store / f".{uuid.uuid4().hex}.tmp"
    store.mkdir(parents=True, exist_ok=True)
    token.touch()
    try:
        yield token
    finally:
        token.unlink(missing_ok=True)


def _answers(ray: Any, token: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The nodes that are alive, and what each says; of one that dies while it is asked it is known late."""
    nodes = _alive(ray)
    while True:
        try:
            return nodes, _asked(ray, nodes, token)
        except ClusterError:
            left = [node for node in nodes if node["NodeID"] in {one["NodeID"] for one in _alive(ray)}]
            if not left or len(left) == len(nodes):
                raise
            nodes = left


def _alive(ray: Any) -> list[dict[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]


def _asked(ray: Any, nodes: list[dict[str, Any]], token: str) -> list[dict[str, Any]]:
    """What each node says of itself."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    module = sys.modules[ray_worker.__name__]
    ray.cloudpickle.register_pickle_by_value(module)
    try:
        ask = ray.remote(num_cpus=0)(ray_worker.look_about)
        asked = [
            ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(token)
            for node in nodes
        ]
    finally:
        ray.cloudpickle.unregister_pickle_by_value(module)
    try:
        answers: list[dict[str, Any]] = ray.get(asked, timeout=_N_SECONDS_TO_SAY)
    except ray.exceptions.RayError as error:
        raise ClusterError(
            f"Not all of the cluster's {plural(len(nodes), 'node')} answer within {_N_SECONDS_TO_SAY} s "
            f"({type(error).__name__}). See: ray status"
        ) from error
    return answers


def _require_alike(name: str, said: dict[str, Any], here: dict[str, Any], store: Path) -> None:
    for what, version in here["versions"].items():
        if said["versions"][what] != version:
            raise ClusterError(
                f"The cluster's node {name} has {what} {said['versions'][what]}, and this process has {version}: its "
                "features would not be the same. Install the same on both."
            )
    if not said["sees"]:
        raise ClusterError(
            f"The cluster's node {name} does not see {store}, where features are kept. Choose a folder that all nodes "
            "share, with REGRAFT_CACHE."
        )
    if not said["writes"]:
        raise ClusterError(
            f"The cluster's node {name} may not write to {store}, where features are kept. Start Ray there as a user "
            "who may, or choose another folder with REGRAFT_CACHE."
        )


def _n_workers(resources: dict[str, float], n_threads: int, *, needs_gpu: bool) -> int:
    by_cores = int(resources.get("CPU", 0) // n_threads)
    return min(by_cores, int(resources.get("GPU", 0))) if needs_gpu else by_cores
