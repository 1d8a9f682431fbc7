"""Scanning photos with a look into each of them, against listing and hashing alone.

python bench/scan.py                # 10,000 photos of 640 x 480; about two minutes, most of it for writing them
python bench/scan.py --quick        # 20
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import regraft
from photos import write_photos
from regraft.core import n_usable_cores
from rounds import in_turn, medians, new_parser, seconds_of

N_ROUNDS = 3


def main() -> None:
    """Write photos, scan them in both ways in turn, and print files a second."""
    n_photos = 20 if new_parser(__doc__).parse_args().quick else 10_000
    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder), n_photos=n_photos, width=640, height=480)
        ways = {
            "names and hashes": partial(files_a_second, folder, n_photos, decode=False),
            "decoded, too": partial(files_a_second, folder, n_photos, decode=True),
        }
        found = medians(in_turn(ways, N_ROUNDS))
    print(f"{n_photos:,} photos of 640 x 480 on {n_usable_cores()} cores, files read before (median of {N_ROUNDS}):")
    for way, rate in found.items():
        print(f"{way:<18} {rate:8,.0f} files/s   ({found['names and hashes'] / rate:.1f} times the time)")


def files_a_second(folder: str, n_photos: int, *, decode: bool) -> float:
    """Scan once."""

    def scan() -> None:
        n_found = regraft.scan(folder, decode=decode).summary.n_images
        if n_found != n_photos:
            raise SystemExit(f"{n_found:,} of {n_photos:,} photos were found sound.")

    return n_photos / seconds_of(scan)


if __name__ == "__main__":
    main()
