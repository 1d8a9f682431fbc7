"""Whether a cluster's nodes can do the work, asked before any of it is done."""

from __future__ import annotations

import sys
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regraft.core import ClusterError, plural, shortened
from regraft.scaling import ray_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from regraft.features import Order

_N_SECONDS_TO_SAY = 60
_N_SECONDS_TO_OPEN = 1800
"""A large network that torch converts takes minutes, the first time."""


@dataclass(frozen=True)
class Staff:
    """How many workers there can be.

    Attributes:
        n_nodes: On so many nodes.
        n_workers: In all.
    """

    n_nodes: int
    n_workers: int


def require_nodes(ray: Any, order: Order, store: Path, *, n_threads: int, needs_gpu: bool) -> Staff:
    """See that every node sees the store's folder, runs the same versions, and can open the network.

    A GPU is not waited for to try the network on it: there the first worker finds out.

    Args:
        ray: The connected module.
        order: What is computed.
        store: The folder.
        n_threads: Cores of a worker.
        needs_gpu: Whether a worker needs a GPU.

    Raises:
        ClusterError: One does not, or says nothing within a minute, or there is no room for a worker.
    """
    with _token(store) as token:
        here = ray_worker.look_about(str(token))
        nodes, answers = _answers(ray, _alive(ray), ray_worker.look_about, str(token), _N_SECONDS_TO_SAY)
        names = {node["NodeID"]: _name(node, said) for node, said in zip(nodes, answers, strict=True)}
        for node, said in zip(nodes, answers, strict=True):
            _require_alike(names[node["NodeID"]], said, here, store)
    rooms = [_n_workers(node["Resources"], n_threads, needs_gpu=needs_gpu) for node in nodes]
    if not sum(rooms):
        what, remedy = (
            ("a GPU", "take --device cpu, or start nodes with one (ray start --num-gpus N)")
            if needs_gpu
            else (
                plural(n_threads, "core"),
                "take fewer --worker-threads, or start nodes with more (ray start --num-cpus N)",
            )
        )
        raise ClusterError(f"None of the cluster's {plural(len(nodes), 'node')} has {what} for a worker: {remedy}.")
    if not needs_gpu:
        able = [node for node, room in zip(nodes, rooms, strict=True) if room]
        for node, refusal in zip(*_answers(ray, able, ray_worker.try_network, order, _N_SECONDS_TO_OPEN), strict=True):
            if refusal is not None:
                raise ClusterError(f"The cluster's node {names[node['NodeID']]} cannot open the network. {refusal}")
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


def _name(node: dict[str, Any], said: dict[str, Any]) -> str:
    return f"{said['host']} ({node['NodeManagerAddress']})"


def _answers(
    ray: Any, nodes: list[dict[str, Any]], question: Callable[[Any], Any], about: Any, seconds: int
) -> tuple[list[dict[str, Any]], list[Any]]:
    """The nodes that are alive, and what each says; of one that dies while it is asked it is known late.

    Args:
        ray: The connected module.
        nodes: Who is asked.
        question: A function of `ray_worker`.
        about: Its argument.
        seconds: How long an answer may take.
    """
    while True:
        try:
            return nodes, _asked(ray, nodes, question, about, seconds)
        except ClusterError:
            left = [node for node in nodes if node["NodeID"] in {one["NodeID"] for one in _alive(ray)}]
            if not left or len(left) == len(nodes):
                raise
            nodes = left


def _alive(ray: Any) -> list[dict[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]


def _asked(
    ray: Any, nodes: list[dict[str, Any]], question: Callable[[Any], Any], about: Any, seconds: int
) -> list[Any]:
    """What each node says."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    module = sys.modules[ray_worker.__name__]
    ray.cloudpickle.register_pickle_by_value(module)
    try:
        ask = ray.remote(num_cpus=0)(question)
        asked = [
            ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(about)
            for node in nodes
        ]
    finally:
        ray.cloudpickle.unregister_pickle_by_value(module)
    try:
        answers: list[Any] = ray.get(asked, timeout=seconds)
    except ray.exceptions.RayError as error:
        reason = shortened(" ".join(str(error).split()), 300)
        raise ClusterError(
            f"Not all of the cluster's {plural(len(nodes), 'node')} answer within {seconds} s "
            f"({type(error).__name__}: {reason}). See: ray status"
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
