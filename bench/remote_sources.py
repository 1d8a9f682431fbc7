"""Images in an object store beside the same folder on a disk: images a second, requests an image, time of processors.

    python bench/remote_sources.py                   # 2,000 photos, 3 rounds: some minutes on 2 idle cores
    python bench/remote_sources.py --number 500
    python bench/remote_sources.py --quick           # 24 photos, once

The store is moto's S3 server, a process of its own on this machine, so that it takes part of the same cores: what it
takes is stated beside. Features are computed by the default network into an empty cache, photos of 500 x 375 pixels. A
second store of the same photos as WebDataset shards says what reading in ranges saves. Requests are counted by a proxy
in a round of its own, which is not timed. Needs the extra `remote` and moto (the extra `test`).
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import regraft
from photos import write_photos
from regraft.core import CACHE_VARIABLE
from rounds import REGRAFT, need, new_parser
from server_tests import BUCKET, ObjectStore, Way

N_PHOTOS, N_ROUNDS = 2000, 3
N_SHARDS = 4


@dataclass(frozen=True)
class Spent:
    """What the features of a data set took, an image.

    Attributes:
        rate: Images a second.
        own: Milliseconds of processors in this process.
        server: In the store's.
    """

    rate: float
    own: float
    server: float


def main() -> None:
    """Measure disk and store in turns, then count."""
    parser = new_parser(__doc__)
    parser.add_argument("--number", type=int, default=N_PHOTOS)
    arguments = parser.parse_args()
    need("moto", "s3fs", install="pip install 'regraft[remote,test]'")
    n_photos = 24 if arguments.quick else arguments.number
    with tempfile.TemporaryDirectory() as place, ObjectStore() as store, Way(store) as way:
        home = Path(place)
        write_photos(home / "set", n_photos=n_photos, width=500, height=375)
        regraft.convert_dataset(home / "set", to="webdataset", out=home / "shards", shards=min(N_SHARDS, n_photos))
        for name in ("set", "shards"):
            store.put_folder(home / name, name)
        counted = {name: count(way, home, name, n_photos) for name in ("set", "shards")}
        os.environ.update(way.environment, AWS_ENDPOINT_URL=store.address)
        sources = {
            "folder on disk": str(home / "set"),
            "folder in the store": f"s3://{BUCKET}/set",
            "shards on disk": str(home / "shards"),
            "shards in the store": f"s3://{BUCKET}/shards",
        }
        rounds = [
            {name: measure(source, home, store, n_photos) for name, source in sources.items()}
            for _round in range(1 if arguments.quick else N_ROUNDS)
        ]
    tell({name: [one[name] for one in rounds] for name in sources}, counted, n_photos)


def measure(source: str, home: Path, store: ObjectStore, n_photos: int) -> Spent:
    """Features of all photos, from listing to the file, nothing of it kept from before."""
    with tempfile.TemporaryDirectory(dir=home) as cache:
        os.environ[CACHE_VARIABLE] = cache
        began = time.perf_counter(), own_seconds(), store.processor_seconds()
        found = regraft.embed(source, out=home / "features.npy")
        seconds = time.perf_counter() - began[0]
    assert len(found.paths) == n_photos
    spent = own_seconds() - began[1], store.processor_seconds() - began[2]
    return Spent(n_photos / seconds, 1e3 * spent[0] / n_photos, 1e3 * spent[1] / n_photos)


def own_seconds() -> float:
    """Of processors, in this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def count(way: Way, home: Path, name: str, n_photos: int) -> tuple[float, int]:
    """Requests for contents an image, and all others: for lists and sizes. In a process that knows no shorter way."""
    way.n_gets.clear()
    way.asked.clear()
    with tempfile.TemporaryDirectory(dir=home) as cache:
        known = {**os.environ, **way.environment, CACHE_VARIABLE: cache}
        command = [*REGRAFT, "embed", f"s3://{BUCKET}/{name}", "--out", str(home / "features.npy")]
        subprocess.run(command, env=known, check=True, stdout=subprocess.DEVNULL)
    n_gets = sum(way.n_gets.values())
    return n_gets / n_photos, len(way.asked) - n_gets


def tell(spent: dict[str, list[Spent]], counted: dict[str, tuple[float, int]], n_photos: int) -> None:
    """Medians of the rounds, side by side."""
    print(f"{n_photos:,} photos of 500 x 375; medians of {len(next(iter(spent.values())))}")
    print(f"{'':22}{'images/s':>10}{'own ms':>9}{'server ms':>11}{'its share':>11}   of an image's time of processors")
    rates, owns = {}, {}
    for name, some in spent.items():
        rates[name], own, server = (
            float(np.median([getattr(one, what) for one in some])) for what in ("rate", "own", "server")
        )
        owns[name] = own
        print(f"{name:22}{rates[name]:10.1f}{own:9.1f}{server:11.1f}{server / (own + server):11.0%}")
    for name in ("folder", "shards"):
        far, near = f"{name} in the store", f"{name} on disk"
        print(
            f"{name} in the store / on disk: {rates[far] / rates[near]:.2f} of the images a second; "
            f"{owns[near] / owns[far]:.2f} by this process's own time alone, as with a server elsewhere"
        )
    for name, (n_gets, n_others) in counted.items():
        print(f"requests for s3://.../{name}: {n_gets:.2f} an image for contents, {n_others} for lists and sizes")


if __name__ == "__main__":
    main()
