"""How many bytes of a data set each of two processes reads that train together (`torchrun`), on disks of their own.

    python bench/reads_by_rank.py            # 1,000 photos: a minute
    python bench/reads_by_rank.py --quick    # 64

Each process has a cache of its own, so neither sees what the other has kept. What a stage reads is what the system
counts (`/proc/self/io`, all that comes by read calls, page cache or not; Linux), in shares of the data set's bytes.
Ends with an error where a process reads more than its part of what is dealt out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from photos import write_photos
from regraft.backbones import DEFAULT_BACKBONE
from regraft.core import CACHE_VARIABLE, cache_folder
from regraft.data import Reading, fingerprint_manifest, read_manifest
from regraft.experiments import NetworkOptions, open_networks
from regraft.finetuning import join_world
from regraft.recipes import convert_dataset
from rounds import UNAVAILABLE, new_parser

FORMATS: tuple[Literal["webdataset", "tfrecord", "parquet"], ...] = ("webdataset", "tfrecord", "parquet")
DEALT_OUT = ("hashing", "computing")
STAGES = ("listing", *DEALT_OUT)
N_PROCESSES = 2
MOST = 0.8
"""Of what one reads that is alone: parts are alike in number, and photos of one class are larger."""
Reads = dict[str, dict[str, int]]
"""Bytes by data set and stage."""


def main() -> None:
    """Make the data sets, let one process and then two read them, and print a table."""
    parser = new_parser(__doc__)
    parser.add_argument("--number", type=int, default=1_000)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS, metavar=("FOLDER", "OUT"))
    arguments = parser.parse_args()
    if arguments.child:
        read_all(*map(Path, arguments.child))
        return
    if not Path("/proc/self/io").exists():
        print("This system does not count what a process reads.")
        sys.exit(UNAVAILABLE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_photos(
            folder / "sets" / "folder", n_photos=64 if arguments.quick else arguments.number, width=1000, height=750
        )
        for form in FORMATS[:1] if arguments.quick else FORMATS:
            convert_dataset(folder / "sets" / "folder", to=form, out=folder / "sets" / form, shards=8)
        alone, together = read_by(folder, 1), read_by(folder, N_PROCESSES)
        sizes = {one.name: sum(path.stat().st_size for path in one.rglob("*.*")) for one in (folder / "sets").iterdir()}
    report(sizes, alone[0], together)


def read_by(folder: Path, n_processes: int) -> list[Reads]:
    """What each process reads, by rank."""
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(n_processes))
    out = folder / str(n_processes)
    out.mkdir()
    subprocess.run([*torchrun, __file__, "--child", str(folder / "sets"), str(out)], check=True)
    return [json.loads((out / f"{rank}.json").read_text()) for rank in range(n_processes)]


def read_all(sets: Path, out: Path) -> None:
    """Read all data sets as one of the processes, and write down what each stage took."""
    rank = os.environ["RANK"]
    os.environ[CACHE_VARIABLE] = str(out / f"cache-{rank}")
    world = join_world("cpu")
    found: Reads = {}
    for place in sorted(sets.iterdir()):
        # A size of its own for each, else the second data set's features would be there: its images are the same.
        options = NetworkOptions(image_size=160 + 32 * len(found))
        networks = open_networks(options, cache_folder()).changed(partial(replace, peers=world.peers)).staying_open()
        networks.engines()
        marks = [n_bytes_read()]
        manifest = read_manifest(str(place), Reading())
        marks.append(n_bytes_read())
        digests = fingerprint_manifest(manifest, peers=world.peers).digests
        marks.append(n_bytes_read())
        networks.extract(manifest.files(), digests)
        marks.append(n_bytes_read())
        found[place.name] = {stage: marks[n + 1] - marks[n] for n, stage in enumerate(STAGES)}
    (out / f"{rank}.json").write_text(json.dumps(found))


def n_bytes_read() -> int:
    """What this process has read so far."""
    return int(Path("/proc/self/io").read_text().split()[1])


def report(sizes: dict[str, int], alone: Reads, together: list[Reads]) -> None:
    """A row for each data set and stage."""
    print(f"shares of the bytes; {DEFAULT_BACKBONE}")
    print("| data set | MB | stage | alone | " + " | ".join(f"process {rank}" for rank in range(N_PROCESSES)) + " |")
    for name, stages in alone.items():
        for stage, n_bytes in stages.items():
            told = [n_bytes, *(one[name][stage] for one in together)]
            print(
                f"| {name} | {sizes[name] / 1e6:.1f} | {stage} | "
                + " | ".join(f"{n / sizes[name]:.2f}" for n in told)
                + " |"
            )
        whole, *parts = (sum(one[name][stage] for stage in DEALT_OUT) for one in (alone, *together))
        if max(parts) > MOST * whole:
            sys.exit(f"A process reads {max(parts) / whole:.2f} of what one reads that is alone, of {name}.")


if __name__ == "__main__":
    main()
