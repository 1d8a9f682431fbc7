"""Features on a Ray cluster of two nodes of one core each, against two plain processes on the same two cores.

    python bench/ray_extraction.py               # 10,000 photos: 8 minutes on 2 idle cores
    python bench/ray_extraction.py --number 2000 --rounds 3
    python bench/ray_extraction.py --quick       # 96 photos, one round, what starting takes left in

Both are whole commands on cold stores: one `embed --on ray` that the nodes' workers share, and two `embed`, each pinned
to a core, of half of the photos. What starting takes is measured by the same commands on a few photos and taken off:
what is left are images a second. The features of both must be the same, bit for bit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from photos import write_photos
from ray_nodes import PINNED, RayCluster
from rounds import REGRAFT, in_turn, medians, need, new_parser, seconds_of

N_FEW = 64
HALVES = ("china", "flower")
"""The sub-folders that `write_photos` makes, of the same size."""


def main() -> None:
    """Measure with as many photos as the arguments say."""
    parser = new_parser(__doc__)
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    need("ray", install="pip install 'regraft[scale]'")
    n_photos, n_rounds = (96, 1) if arguments.quick else (arguments.number, arguments.rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = {"width": 96, "height": 96} if arguments.quick else {"width": 500, "height": 375}
        write_photos(folder / "all", n_photos=n_photos, **size)
        n_few = 0 if arguments.quick else N_FEW
        write_photos(folder / "few", n_photos=n_few, **size)
        cluster: list[RayCluster] = []
        starting = seconds_of(lambda: cluster.append(two_nodes()))
        try:
            measure(folder, cluster[0], n_photos, n_few, n_rounds)
        finally:
            cluster[0].close()
    print(f"Starting the two nodes took {starting:.1f} s, once.")


def two_nodes() -> RayCluster:
    """A cluster of a node on each of two cores."""
    first, second = cores()
    cluster = RayCluster(before=(*PINNED, str(first)))
    cluster.start_node(before=(*PINNED, str(second)))
    return cluster


def cores() -> tuple[int, int]:
    """Two of them; on a machine of one core they are the same."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def measure(folder: Path, cluster: RayCluster, n_photos: int, n_few: int, n_rounds: int) -> None:
    """Both in turn, on few photos and on all, and what follows."""
    number = iter(range(1000))
    whose = {"two processes": by_processes, "Ray": by_ray}
    work = {
        f"{who}, {n} photos": lambda run=run, which=which: run(folder, which, cluster, next(number))
        for which, n in (("few", n_few), ("all", n_photos))
        if n
        for who, run in whose.items()
    }
    if n_few:
        next(iter(work.values()))()  # what is converted once is there from here on
    found = medians(in_turn(work, n_rounds, unit="s"))
    starting = {who: found.get(f"{who}, {n_few} photos", 0.0) for who in whose}
    rates = {who: (n_photos - n_few) / (found[f"{who}, {n_photos} photos"] - starting[who]) for who in whose}
    for who, rate in rates.items():
        print(f"{who:<14} {starting[who]:6.1f} s for {n_few} photos, then {rate:8.1f} images/s")
    print(f"Ray computes {rates['Ray'] / rates['two processes']:.2f} of what two processes do")
    halves = np.concatenate([np.load(folder / f"all-{half}.npy") for half in HALVES])
    if not np.array_equal(np.load(folder / "all-ray.npy").view(np.uint32), halves.view(np.uint32)):
        sys.exit("The features differ.")
    print("The features are the same, bit for bit.")


def by_processes(folder: Path, which: str, _cluster: RayCluster, number: int) -> float:
    """Each half of the photos by a process on a core of its own, into a store of its own."""

    def work() -> None:
        running = [
            start_embed(folder, f"{which}/{half}", f"{which}-{half}", f"{number}-{half}", before=(*PINNED, str(core)))
            for half, core in zip(HALVES, cores(), strict=True)
        ]
        finish(*running)

    return seconds_of(work)


def by_ray(folder: Path, which: str, cluster: RayCluster, number: int) -> float:
    """All by the cluster's workers."""
    options = ("--on", "ray", "--address", cluster.address)
    return seconds_of(
        lambda: finish(start_embed(folder, which, f"{which}-ray", f"{number}", *options, env=cluster.env))
    )


def start_embed(
    folder: Path,
    source: str,
    out: str,
    cache: str,
    *options: str,
    before: tuple[str, ...] = (),
    env: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """A whole command; its store is empty, its network is converted already.

    Args:
        folder: Where all lies.
        source: The photos.
        out: The file of features.
        cache: Of this run.
        options: More of the command's.
        before: A command that begins it.
        env: Its environment.
    """
    cache_folder = folder / "caches" / cache
    cache_folder.mkdir(parents=True)
    graphs = folder / "graphs"
    graphs.mkdir(exist_ok=True)
    (cache_folder / "graphs").symlink_to(graphs)
    command = [*before, *REGRAFT, "embed", source, "--out", f"{out}.npy", *options]
    environment = {**(env or os.environ), "REGRAFT_CACHE": str(cache_folder)}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(*running: subprocess.Popen[bytes]) -> None:
    """Wait for commands; where one fails, its errors are those of the script."""
    for one in running:
        _out, said = one.communicate()
        if one.returncode:
            sys.exit(said.decode())


if __name__ == "__main__":
    main()
