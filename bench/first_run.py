"""A new machine, whole processes: a first probe, one with the network kept, a first prediction, `--help`.

`first probe` and `predict` begin with an empty cache each time; `probe, network kept` has what a first one keeps of the
network (nothing; earlier Regrafts keep its weights, or the converted network), and no features. Then where the time of
both probes goes, by the stages of their `run.json` (the rest is Python and imports), and what the parts of `features`
take one by one: decoding and inference overlap in a run. With an earlier Regraft, both take turns on the same photos:

    git worktree add ../before COMMIT
    python bench/first_run.py --before ../before    # 400 photos of 500 x 375; about 4 minutes on 2 cores
    python bench/first_run.py --quick               # this one alone, once, on a few photos
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from photos import write_photos
from rounds import HERE, in_turn, medians, new_parser, run_checkout, run_process, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST, KEPT = "first probe", "probe, network kept"
KNOWN = "known"
IMPORTS = "import openvino, scipy.linalg, regraft.recipes.probing, regraft.heads, regraft.images, regraft.reports"


@dataclass(frozen=True)
class Newcomer:
    """A Regraft on a machine that it has not seen: its home holds its cache and its runs."""

    tree: Path
    home: Path
    photos: Path
    options: tuple[str, ...]
    stages: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    @property
    def cache(self) -> Path:
        """Where it keeps the network and features."""
        return self.home / "cache"

    def run(self, *arguments: str | Path) -> float:
        """Seconds of one whole command."""
        return run_checkout(self.tree, *arguments, folder=self.home, REGRAFT_CACHE=str(self.cache)).seconds

    def probe(self, name: str, forgotten: Path) -> float:
        """A probe that has lost something, and what its stages took."""
        shutil.rmtree(forgotten, ignore_errors=True)
        shutil.rmtree(run := self.home / "runs" / KNOWN, ignore_errors=True)
        seconds = self.run("probe", self.photos, "--name", KNOWN, *self.options)
        stages: dict[str, float] = json.loads((run / "run.json").read_text(encoding="utf-8"))["seconds"]
        rest = {"Python, imports, rest": seconds - sum(stages.values())}
        self.stages.setdefault(name, []).append(stages | rest)
        return seconds

    def predict(self) -> float:
        """A prediction with an empty cache."""
        shutil.rmtree(self.cache)
        return self.run("predict", Path("runs") / KNOWN, min(self.photos.rglob("*.jpg")))

    def commands(self) -> dict[str, Callable[[], float]]:
        """What is timed, in this order."""
        return {
            FIRST: partial(self.probe, FIRST, self.cache),
            KEPT: partial(self.probe, KEPT, self.cache / "features"),
            "predict one image, empty cache": self.predict,
            "--help": partial(self.run, "--help"),
        }

    def parts(self) -> dict[str, float]:
        """Seconds of what `features` consists of, in a process of its own."""
        run = partial(run_process, PYTHONPATH=str(self.tree / "src"), REGRAFT_CACHE=str(self.cache))
        imported = run(sys.executable, "-c", IMPORTS).seconds
        shutil.rmtree(self.cache, ignore_errors=True)
        found: dict[str, float] = run(sys.executable, __file__, "--parts", self.photos).answer
        return {"Python and imports, whole process": imported} | found


def main() -> None:
    """Measure and print."""
    parser = new_parser(__doc__)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.parts:
        print(json.dumps(time_parts(arguments.parts)))
        return
    n_photos, n_rounds = (8, 1) if arguments.quick else (arguments.photos, arguments.rounds)
    options = ("--n-strengths", "2") if arguments.quick else ()
    trees = ({"before": arguments.before.resolve()} if arguments.before else {}) | {"now": HERE}
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "photos"
        write_photos(photos, n_photos=n_photos, width=500, height=375)
        both = {name: Newcomer(tree, Path(scratch) / name, photos, options) for name, tree in trees.items()}
        for newcomer in both.values():
            newcomer.home.mkdir()
            if not arguments.quick:
                newcomer.run("--help")  # compiles Python's own files
        print(f"{n_photos} photos, median of {n_rounds}, seconds{'':<16}" + "".join(f"{name:>9}" for name in both))
        measure(both, n_rounds)


def measure(both: Mapping[str, Newcomer], n_rounds: int) -> None:
    """Run the commands in turn, then the parts."""
    commands = {name: newcomer.commands() for name, newcomer in both.items()}
    for what in commands["now"]:
        print_row(what, medians(in_turn({name: own[what] for name, own in commands.items()}, n_rounds)))
    for what in (FIRST, KEPT):
        print_table(f"stages of the {what}", {name: of_each(newcomer.stages[what]) for name, newcomer in both.items()})
    rounds = [{name: newcomer.parts() for name, newcomer in both.items()} for _ in range(n_rounds)]
    print_table("parts, one by one", {name: of_each([found[name] for found in rounds]) for name in both})


def of_each(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The median of each part."""
    return {part: statistics.median(one[part] for one in rounds) for part in rounds[0]}


def print_table(title: str, found: Mapping[str, Mapping[str, float]]) -> None:
    """A row for each part that any of them has."""
    print(f"\n{title}")
    for part in dict.fromkeys(part for parts in found.values() for part in parts):
        print_row(f"  {part}", {name: parts.get(part, 0.0) for name, parts in found.items()})


def print_row(what: str, found: Mapping[str, float]) -> None:
    """A column for each."""
    print(f"{what:<44}" + "".join(f"{seconds:9.2f}" for seconds in found.values()), flush=True)


def time_parts(photos: Path) -> dict[str, float]:
    """Each alone, in the order in which a first probe needs them."""
    from features import SPEC, decode_alone, infer
    from regraft.backbones import choose_engine, open_engine
    from regraft.core import cache_folder

    files = sorted(photos.rglob("*.jpg"))
    open_network = partial(open_engine, SPEC, choose_engine(), layer="penultimate", cache=cache_folder())
    first, later = seconds_of(open_network), seconds_of(open_network)
    return {
        "network, first opened: more than later": first - later,
        "network, opened: built or read, compiled": later,
        "decoding alone": len(files) / decode_alone(files),
        "inference alone": len(files) / infer(open_network(), len(files)),
    }


if __name__ == "__main__":
    main()
