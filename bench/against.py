"""This Regraft against an earlier one, side by side: extraction, a second head, one prediction, `--help`.

Whole processes, in turns, on the same files; the median of each and their ratio. The other one is a checkout with its
compiled parts built; each keeps what it computes in caches of its own.

    git worktree add ../before COMMIT
    python bench/against.py ../before           # 3 to 4 minutes on 2 cores
    python bench/against.py --quick             # this one alone, once, on a few photos
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from photos import write_photos
from rounds import HERE, give_up, in_turn, medians, new_parser, run_checkout

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Checkout:
    """One of the two, with runs and (but quickly) caches of its own, and the photos that it is asked about."""

    tree: Path
    home: Path
    photos: Path
    is_quick: bool

    def run(self, *arguments: str | Path, cache: str = "warm") -> float:
        """Seconds of one whole command."""
        known = {} if self.is_quick else {"REGRAFT_CACHE": str(self.home / cache)}
        return run_checkout(self.tree, *arguments, folder=self.home, **known).seconds

    def settle(self) -> None:
        """Convert the network in both caches, and make a classifier."""
        self.home.mkdir()
        self.run("probe", self.photos, "--name", "known", *(("--n-strengths", "2") if self.is_quick else ()))
        if not self.is_quick:
            self.extract()

    def extract(self) -> float:
        """Seconds of an extraction with nothing kept but the converted network."""
        shutil.rmtree(self.home / "cold" / "features", ignore_errors=True)
        return self.run("embed", self.photos, "--out", "features.npy", cache="cold")

    def commands(self) -> dict[str, Callable[[], float]]:
        """What is timed; quickly, only what takes little."""
        photo = min(self.photos.rglob("*.jpg"))
        slow: dict[str, Callable[[], float]] = {
            "embed all photos, cold": self.extract,
            "probe, features kept": partial(self.run, "probe", self.photos, "--head", "svm"),
        }
        return ({} if self.is_quick else slow) | {
            "predict one image, warm": partial(self.run, "predict", Path("runs") / "known", photo),
            "--help": partial(self.run, "--help"),
        }


def main() -> None:
    """Measure and print."""
    parser = new_parser(__doc__)
    parser.add_argument("before", type=Path, nargs="?")
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.before is None and not arguments.quick:
        give_up("This needs an earlier Regraft: git worktree add ../before COMMIT; python bench/against.py ../before")
    n_photos, n_rounds = (8, 1) if arguments.quick else (arguments.photos, arguments.rounds)
    trees = {"now": HERE} if arguments.quick else {"before": arguments.before.resolve(), "now": HERE}
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "photos"
        write_photos(photos, n_photos=n_photos, width=500, height=375)
        both = {name: Checkout(tree, Path(scratch) / name, photos, arguments.quick) for name, tree in trees.items()}
        for checkout in both.values():
            checkout.settle()
        commands = {name: checkout.commands() for name, checkout in both.items()}
        for what in commands["now"]:
            found = medians(in_turn({name: own[what] for name, own in commands.items()}, n_rounds))
            times = "".join(f"{name} {seconds:7.3f} s   " for name, seconds in found.items())
            print(f"{what:<32} {times}now / before {found['now'] / found.get('before', found['now']):.3f}", flush=True)


if __name__ == "__main__":
    main()
