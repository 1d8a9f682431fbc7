"""Verbs on a Ray cluster, and what became of each: run as a program, which connects once.

python ray_jobs.py SAID.json ADDRESS JOBS.json
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
import numpy as np

import regraft
from regraft.core import SilentProgress, cache_folder
from regraft.data import fingerprint_files
from regraft.features import FeatureKey, FeatureStore, Order
from regraft.images import Transform
from regraft.recipes import EmbedOptions
from regraft.scaling import find_crew

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

TRANSFORM = Transform(height=8, width=8)


class Listening(SilentProgress):
    """Keeps what is said; removes a file as soon as a cluster is asked, and cuts a shard when the first is finished.

    Args:
        removes: The file, or the address of an object: it has been hashed then.
        cuts: Whether a shard is cut off that a worker has left.
    """

    def __init__(self, removes: str | None = None, *, cuts: bool = False) -> None:
        self.removes, self.cuts = removes, cuts
        self.said: list[str] = []
        self.tasks = Counter[str]()

    def start(self, task: str, n_total: int, unit: str = "images") -> None:  # noqa: ARG002 - as callers name it
        self.tasks[task] += n_total

    def advance(self, n_done: int = 1) -> None:  # noqa: ARG002 - as callers name it
        arrived = sorted((cache_folder() / "features" / "arrived").glob("*/[!.]*")) if self.cuts else []
        for path in arrived[:1]:
            path.write_bytes(path.read_bytes()[:-100])
            self.cuts = False

    def tell(self, state: str) -> None:
        if state.startswith("asking") and self.removes is not None:
            system, path = fsspec.url_to_fs(self.removes)
            system.rm(path)
            self.removes = None

    def say(self, text: str) -> None:
        self.said.append(text)


@dataclass
class Numbering:
    """An engine whose features are the number of the GPU that Ray gave to its process."""

    name: str = "torch"
    precision: str = "bf16"
    device: str = "cuda"
    batch_size: int = 4
    n_features: int = 1

    def stream(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        import ray

        (number,) = ray.get_gpu_ids()
        for batch in batches:
            yield np.full((len(batch), 1), number, np.float32)


def number_gpus(progress: Listening, address: str, folder: str, store: str) -> dict[str, object]:
    """What the workers of a network that runs on a GPU are given."""
    key = {"transform": TRANSFORM.fingerprint(), "weights": "", "architecture": "", "layer": "none"}
    order = Order(FeatureKey(**key, engine="torch-bf16-cuda"), TRANSFORM, Numbering)
    crew = find_crew(EmbedOptions(on="ray", address=address))
    assert crew is not None
    files = sorted(Path(folder).rglob("*.jpg"))
    digests = [str(digest) for digest in fingerprint_files(files).digests]
    kept = FeatureStore(Path(store))
    crew.begin_pass(order, kept, files, digests, progress).run()
    rows, found = kept.read(order.key, digests)
    return {"gpus": rows[:, 0].tolist(), "found": found.tolist()}


def do(verb: str, progress: Listening, address: str, settings: dict[str, Any]) -> dict[str, object]:
    """One job."""
    if verb == number_gpus.__name__:
        return number_gpus(progress, address, **settings)
    done = getattr(regraft, verb)(**settings, progress=progress, on="ray", address=address)
    return {"unreadable": [[record.path, record.reason] for record in getattr(done, "unreadable", ())]}


if __name__ == "__main__":
    said, address, jobs = sys.argv[1:]
    found: list[dict[str, object]] = []
    for job in json.loads(Path(jobs).read_text()):
        progress = Listening(job.get("removes"), cuts="cuts" in job)
        try:
            done = do(job["verb"], progress, address, job["settings"])
        except regraft.RegraftError as error:
            done = {"error": type(error).__name__, "message": str(error)}
        found.append(done | {"tasks": progress.tasks, "said": progress.said})
    Path(said).write_text(json.dumps(found))
