"""A table of ten million images: seconds and peak memory of listing, grouping, splitting and selecting.

    python bench/large_manifest.py                  # 10,000,000 rows: some minutes
    python bench/large_manifest.py --rows 1000000
    python bench/large_manifest.py --quick          # 5,000

The table is made up: path, label of 1,000 classes, group of 100,000 places, and once a given split. None of its files
is there. Listing looks at 200 of them, whatever the number of rows; looking at each is what hashing does, and its time
is told apart. Content hashes are drawn. Each way is a process of its own; the peak of its memory so far stands behind
each step.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from regraft.data import PackedDigests, Reading, assign_splits, cluster_units, read_manifest, split_folds
from rounds import new_parser, run_process

if TYPE_CHECKING:
    from collections.abc import Callable

N_CLASSES, N_PLACES = 1_000, 100_000
BY_PATH = r"place_(\d+)/"
N_A_BLOCK = 500_000
N_STATS = 100_000
Step = tuple[str, float, float, float]
"""What, seconds, those of processors, and the peak of memory so far in GB."""
WAYS = ("parquet", "csv", "parquet with splits", "parquet, groups by expression")


def main() -> None:
    """Make the tables, and read each in a process of its own."""
    parser = new_parser(__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "WAY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(measure(Path(arguments.child[0]), arguments.child[1])))
        return
    n_rows = 5_000 if arguments.quick else arguments.rows
    with tempfile.TemporaryDirectory() as scratch:
        write_tables(Path(scratch), n_rows)
        for way in arguments.ways:
            steps = run_process(sys.executable, __file__, "--child", scratch, way).answer
            report(way, n_rows, steps)
        seconds = seconds_of_stats(Path(scratch), min(n_rows, N_STATS))
    print(f"asking whether a file is there: {1e6 * seconds:.1f} us each, {n_rows * seconds:,.0f} s for {n_rows:,}")


def write_tables(folder: Path, n_rows: int) -> None:
    """The same rows as Parquet, with and without splits, and as CSV; not in the order of their paths."""
    rng = np.random.default_rng(0)
    schema = pa.schema([(name, pa.string()) for name in ("path", "label", "group")])
    with_split = schema.append(pa.field("split", pa.string()))
    with (
        parquet.ParquetWriter(folder / "images.parquet", schema) as plain,
        parquet.ParquetWriter(folder / "split.parquet", with_split) as split,
        csv.CSVWriter(folder / "images.csv", schema) as text,
    ):
        for begin in range(0, n_rows, N_A_BLOCK):
            block = drawn(rng, range(begin, min(n_rows, begin + N_A_BLOCK)))
            sides = pa.array(np.array(["train", "val", "test"])[rng.choice(3, len(block), p=[0.8, 0.1, 0.1])])
            for writer in (plain, text):
                writer.write_table(block)
            split.write_table(block.append_column("split", sides))


def drawn(rng: np.random.Generator, numbers: range) -> pa.Table:
    """Some rows of the table."""
    places, classes = rng.integers(0, N_PLACES, len(numbers)), rng.integers(0, N_CLASSES, len(numbers))
    paths = [f"place_{place:06d}/img_{number:08d}.jpg" for place, number in zip(places, numbers, strict=True)]
    labels = [f"species {number:04d}" for number in classes]
    return pa.table({"path": paths, "label": labels, "group": [f"place {place}" for place in places]})


def measure(folder: Path, way: str) -> list[Step]:
    """The steps of one way."""
    steps: list[Step] = [("(imports)", 0.0, 0.0, peak())]

    def timed(name: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter(), time.process_time()
        found = work()
        steps.append((name, time.perf_counter() - began[0], time.process_time() - began[1], peak()))
        return found

    table = folder / ("images.csv" if way == "csv" else "split.parquet" if "splits" in way else "images.parquet")
    by = BY_PATH if "expression" in way else None
    manifest = timed("list", partial(read_manifest, table, Reading(root=folder, group_by=by)))
    digests = PackedDigests(np.random.default_rng(1).integers(0, 256, (len(manifest), 32), np.uint8))
    timed("units", partial(cluster_units, digests, manifest.groups))
    sides = timed("split", partial(assign_splits, manifest, digests, test_fraction=0.2, seed=0))
    is_train = np.array([side == "train" for side in sides], np.bool_)
    train = timed("select", partial(manifest.select, is_train))
    kept = timed("hashes of the selected", partial(digests.take, np.flatnonzero(is_train)))
    units = cluster_units(kept, train.groups)
    timed("folds", partial(split_folds, train.labels, units, kept, n_folds=5, seed=0))
    return steps


def report(way: str, n_rows: int, steps: list[Step]) -> None:
    """One way's table."""
    print(f"{way}, {n_rows:,} rows")
    for name, seconds, processor, memory in steps:
        print(f"  {name:<24} {seconds:7.1f} s   {processor:7.1f} s of processors   peak so far {memory:5.2f} GB")
    seconds, processor = sum(step[1] for step in steps), sum(step[2] for step in steps)
    print(f"  {'together':<24} {seconds:7.1f} s   {processor:7.1f} s of processors", flush=True)


def seconds_of_stats(folder: Path, n_files: int) -> float:
    """What it takes to ask for one file that is not there."""
    paths = [str(folder / f"place_{number:06d}" / f"img_{number:08d}.jpg") for number in range(n_files)]
    began = time.perf_counter()
    for path in paths:
        os.path.lexists(path)
    return (time.perf_counter() - began) / n_files


def peak() -> float:
    """The most memory that this process had so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
