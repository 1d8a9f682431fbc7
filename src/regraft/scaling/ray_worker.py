"""What runs on a cluster's nodes: workers that fill a store, and what each node is asked before."""

from __future__ import annotations

from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING, Any, TypedDict

from regraft.backbones import EngineOpener, choose_engine
from regraft.core import RegraftError, Value, share_cores
from regraft.data import Unreadable
from regraft.features import Extractor, FeatureStore, LooseShards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.features import Order


class Portion(TypedDict):
    """Consecutive images of a pass: what a worker computes at once, and keeps as one shard.

    Attributes:
        first: The first one's place in the pass.
        sources: Where they are; paths as text.
        digests: Their content hashes.
    """

    first: int
    sources: Sequence[Any]
    digests: Sequence[str]


class Done(Value):
    """What became of a portion.

    Attributes:
        n_images: How many it had.
        n_kept: How many were finished and kept.
        unreadable: (place in the pass, why) of each of the others.
        kind: Of the error that ended it, a name of `regraft.core`; None where none did.
        message: What the error says.
        host: Where it happened.
    """

    n_images: int
    n_kept: int = 0
    unreadable: tuple[tuple[int, Unreadable], ...] = ()
    kind: str | None = None
    message: str = ""
    host: str = ""


class RayWorker:
    """Computes portions, one after the other. It opens its network when it gets the first, from what its node has.

    Args:
        order: What is computed.
        store: The store's folder, where it is left to be adopted.
        n_threads: Cores that it may use.
    """

    def __init__(self, order: Order, store: Path, n_threads: int) -> None:
        share_cores(n_threads)
        self._shards = LooseShards(store, looks_up=False)
        self._extractor = Extractor(order, FeatureStore(store)).opened_by(EngineOpener(order.open_engine))

    def __call__(self, portion: Portion) -> dict[str, str]:
        """Compute and keep a portion; an error of ours is told, and everything else raised."""
        first, digests = int(portion["first"]), list(portion["digests"])
        sources = [Path(source) if isinstance(source, str) else source for source in portion["sources"]]
        try:
            kept = self._extractor.keep(sources, digests, self._shards)
        except RegraftError as error:
            done = Done(n_images=len(digests), kind=type(error).__name__, message=str(error), host=gethostname())
        else:
            unreadable = tuple((first + row, record) for row, record in sorted(kept.unreadable.items()))
            done = Done(n_images=len(digests), n_kept=kept.n_computed, unreadable=unreadable)
        return {"done": done.model_dump_json()}


def try_network(order: Order) -> str | None:
    """Why a node cannot compute with a network; None where it can.

    Args:
        order: What would be computed.
    """
    if not order.key.engine:  # looks alone: no network
        return None
    engine, precision, device = order.key.engine.split("-")
    try:
        choose_engine(engine, precision, device)  # type: ignore[arg-type]
        order.open_engine()
    except RegraftError as error:
        return str(error)
    return None


def look_about(token: str) -> dict[str, Any]:
    """What a node says of itself. It travels as code, so that a node without Regraft can answer.

    Args:
        token: A file that the driver has just written.
    """
    import os
    import platform
    import socket
    from importlib.metadata import PackageNotFoundError, version

    versions = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for package in ("regraft", "ray", "openvino"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "none"
    folder = os.path.dirname(token)  # noqa: PTH120 - pathlib is no part of what travels
    return {
        "host": socket.gethostname(),
        "versions": versions,
        "sees": os.path.exists(token),  # noqa: PTH110
        "writes": os.access(folder, os.W_OK | os.X_OK),
    }
