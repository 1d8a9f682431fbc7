"""Scanning photos with a look into each of them, against listing and hashing alone.

python bench/scan.py                # 10,000 photos of 640 x 480; about two minutes, most of it for writing them
python bench/scan.py --quick        # 200
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import regraft
from photos import write_photos
from regraft.core import n_usable_cores

N_ROUNDS = 3


def main() -> None:
    """Write photos, scan them in both ways in turn, and print files a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few photos only")
    n_photos = 200 if parser.parse_args().quick else 10_000
    rates: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder), n_photos=n_photos, width=640, height=480)
        for _ in range(N_ROUNDS):
            for decode, found in rates.items():
                found.append(files_a_second(folder, n_photos, decode=decode))
    plain, decoded = (statistics.median(found) for found in rates.values())
    print(f"{n_photos:,} photos of 640 x 480 on {n_usable_cores()} cores, files read before (median of {N_ROUNDS}):")
    print(f"names and hashes   {plain:8,.0f} files/s")
    print(f"decoded, too       {decoded:8,.0f} files/s   ({plain / decoded:.1f} times the time)")


def files_a_second(folder: str, n_photos: int, *, decode: bool) -> float:
    """Scan once."""
    began = time.perf_counter()
    result = regraft.scan(folder, decode=decode)
    seconds = time.perf_counter() - began
    if result.summary.n_images != n_photos:
        raise SystemExit(f"{result.summary.n_images:,} of {n_photos:,} photos were found sound.")
    return n_photos / seconds


if __name__ == "__main__":
    main()
