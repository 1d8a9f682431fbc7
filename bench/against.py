"""This Regraft against an earlier one, side by side: extraction, a second head, one prediction, `--help`.

Whole processes, in turns, on the same files; the median of each and their ratio. The other one is a checkout with its
compiled parts built; each keeps what it computes in caches of its own.

    git worktree add ../before COMMIT
    python bench/against.py ../before           # about 4 minutes on 2 cores
    python bench/against.py --quick             # against itself, once, on a few photos
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from photos import write_photos

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class House:
    """A checkout, with caches and runs of its own."""

    tree: Path
    home: Path

    def run(self, *arguments: str | Path, cache: str = "warm") -> float:
        """Seconds of one whole command."""
        known = {"PYTHONPATH": str(self.tree / "src"), "REGRAFT_CACHE": str(self.home / cache)}
        command = [sys.executable, "-m", "regraft", *map(str, arguments)]
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=self.home, env={**os.environ, **known})
        return time.perf_counter() - began

    def extract(self, folder: Path) -> float:
        """Seconds of an extraction with nothing kept but the converted network."""
        shutil.rmtree(self.home / "cold" / "features", ignore_errors=True)
        return self.run("embed", folder, "--out", "features.npy", cache="cold")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, nargs="?", default=HERE)
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    n_photos, n_rounds = (40, 1) if arguments.quick else (arguments.photos, arguments.rounds)
    with tempfile.TemporaryDirectory() as scratch:
        photos = write_photos(Path(scratch) / "photos", n_photos=n_photos, width=500, height=375)
        houses = {"before": arguments.before.resolve(), "now": HERE}
        rows = measure({name: settle(tree, Path(scratch) / name) for name, tree in houses.items()}, photos, n_rounds)
    for what, seconds in rows.items():
        before, now = (statistics.median(seconds[name]) for name in houses)
        print(f"{what:<32} before {before:7.3f} s   now {now:7.3f} s   now / before {now / before:.3f}")


def settle(tree: Path, home: Path) -> House:
    """A house that has converted its network, and has a classifier."""
    home.mkdir()
    house = House(tree, home)
    house.run("probe", home.parent / "photos", "--name", "known")
    house.extract(home.parent / "photos")
    return house


def measure(houses: dict[str, House], photos: list[Path], n_rounds: int) -> dict[str, dict[str, list[float]]]:
    """Seconds of each command by house, in turns: the first house begins every second round."""
    folder = photos[0].parents[1]
    known = Path("runs") / "known"
    rows: dict[str, dict[str, list[float]]] = {}

    def note(what: str, name: str, seconds: float) -> None:
        rows.setdefault(what, {each: [] for each in houses})[name].append(seconds)

    for number in range(n_rounds):
        for name in list(houses)[:: -1 if number % 2 else 1]:
            house = houses[name]
            note(f"embed {len(photos):,} photos, cold", name, house.extract(folder))
            note("probe, features kept", name, house.run("probe", folder, "--head", "svm"))
            note("predict one image, warm", name, house.run("predict", known, photos[0]))
            note("--help", name, house.run("--help"))
    return rows


if __name__ == "__main__":
    main()
