"""A store of a million rows: opening it, and looking up ten thousand of them, each in a new process.

python bench/store.py               # writes 5 GB to a temporary folder; about 5 minutes
python bench/store.py --quick       # 2,000 rows, once
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from regraft.core import digest_bytes
from regraft.features import SHARD_ROWS, FeatureKey, FeatureStore
from rounds import new_parser, run_process

N_FEATURES = 1280
N_WANTED = 10_000
N_RUNS = 5
KEY = FeatureKey(transform="bench", weights="bench", architecture="bench", layer="bench", engine="bench")


def main() -> None:
    """Fill a store, then measure."""
    parser = new_parser(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--child", nargs=3, metavar=("FOLDER", "ROWS", "ORDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        folder, rows, order = arguments.child
        print(json.dumps(look_up(Path(folder), int(rows), order)))
        return
    n_rows, n_runs = (2_000, 1) if arguments.quick else (arguments.rows, N_RUNS)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "features"
        fill(folder, n_rows)
        for order in ("together", "scattered"):
            child = (sys.executable, __file__, "--child", folder, str(n_rows), order)
            found = [run_process(*child).answer for _ in range(n_runs)]
            opened, read = (statistics.median(one[name] for one in found) for name in ("open", "read"))
            print(
                f"{n_rows:,} rows of {N_FEATURES:,}: open {opened:.3f} s, "
                f"look up and read {min(N_WANTED, n_rows):,} rows that lie {order} {read:.2f} s",
                flush=True,
            )


def digest_of(row: int) -> str:
    """The content hash that the row stands for."""
    return digest_bytes(row.to_bytes(8, "big"))


def fill(folder: Path, n_rows: int) -> None:
    """Write rows as an extraction does, a shard at a time."""
    store, rng = FeatureStore(folder), np.random.default_rng(0)
    began = time.perf_counter()
    for start in range(0, n_rows, SHARD_ROWS):
        digests = [digest_of(row) for row in range(start, min(start + SHARD_ROWS, n_rows))]
        store.add(KEY, digests, rng.random((len(digests), N_FEATURES), np.float32))
    print(f"{n_rows:,} rows written in {time.perf_counter() - began:.0f} s", flush=True)


def look_up(folder: Path, n_rows: int, order: str) -> dict[str, float]:
    """Seconds to open the store with one question, and to read many rows, in this process."""
    n_wanted = min(N_WANTED, n_rows)
    wanted = (
        np.random.default_rng(1).choice(n_rows, n_wanted, replace=False) if order == "scattered" else range(n_wanted)
    )
    digests = [digest_of(int(row)) for row in wanted]
    began = time.perf_counter()
    store = FeatureStore(folder)
    assert not store.missing(KEY, digests[:1])
    opened = time.perf_counter()
    _features, found = store.read(KEY, digests)
    assert found.all()
    return {"open": opened - began, "read": time.perf_counter() - opened}


if __name__ == "__main__":
    main()
