"""What the benchmarks share: their arguments, contenders in turn, whole processes."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UNAVAILABLE = 69
"""Exit code of a script that lacks what it needs (EX_UNAVAILABLE of sysexits.h): `make bench` goes on."""
HERE = Path(__file__).resolve().parents[1]
"""This checkout."""
REGRAFT = (sys.executable, "-m", "regraft")


class _Parser(argparse.ArgumentParser):
    """A parser that says first on which machine all that follows is measured, but for a script's own children."""

    def parse_known_args(self, *given: Any, **settings: Any) -> Any:
        found = super().parse_known_args(*given, **settings)
        if not any(getattr(found[0], name, None) for name in ("child", "parts")):
            print(machine(), flush=True)
        return found


def machine() -> str:
    """Processor, cores, memory and versions, as a page may quote it."""
    from regraft.core import n_usable_cores  # not where a script's child measures what imports take
    from regraft.experiments import installed_versions, processor_name

    versions = installed_versions()
    packages = [f"{name} {versions[name]}" for name in ("numpy", "openvino", "torch") if versions[name][0].isdigit()]
    try:
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / (1 << 30):.0f} GiB"
    except (AttributeError, ValueError, OSError):  # Windows does not say
        memory = ""
    return f"{processor_name()}, {n_usable_cores()} cores{memory}; Python {versions['python']}, {', '.join(packages)}"


def new_parser(description: str | None, *, takes_signs: bool = False) -> argparse.ArgumentParser:
    """A parser with --quick, and with --signs where a script can use them."""
    parser = _Parser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="tiny data, one round: whether it runs")
    if takes_signs:
        parser.add_argument("--signs", type=Path, help="folder of Belgian traffic signs")
    return parser


def need(*packages: str, install: str) -> None:
    """End with a sentence where a package is not installed."""
    if missing := [name for name in packages if importlib.util.find_spec(name) is None]:
        give_up(f"This needs {' and '.join(missing)}: {install}")


def give_up(reason: str) -> None:
    """End because something is not there that nothing here can make."""
    print(reason, file=sys.stderr)
    raise SystemExit(UNAVAILABLE)


def in_turn(contenders: Mapping[str, Callable[[], float]], n_rounds: int, *, unit: str = "") -> dict[str, list[float]]:
    """What each contender returns, round by round: whatever disturbs a round disturbs all of them.

    Args:
        contenders: By name; the first begins every second round, the last the others.
        n_rounds: How many.
        unit: Of what they return; each value is printed if it is given.
    """
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(n_rounds):
        for name in list(contenders)[:: -1 if number % 2 else 1]:
            found[name].append(contenders[name]())
            if unit:
                print(f"round {number + 1}  {name:<42} {found[name][-1]:10,.1f} {unit}", flush=True)
    return found


def medians(found: Mapping[str, list[float]]) -> dict[str, float]:
    """The median of each contender."""
    return {name: statistics.median(values) for name, values in found.items()}


def seconds_of(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@dataclass(frozen=True)
class Ended:
    """A process that went well: its seconds and what it printed."""

    seconds: float
    output: str

    @property
    def answer(self) -> Any:
        """Its last line, as JSON."""
        return json.loads(self.output.splitlines()[-1])


def run_process(*command: str | Path, folder: Path | None = None, **environment: str) -> Ended:
    """A whole process; where it fails, its errors are those of the script."""
    words = [str(word) for word in command]
    # As on a user's machine, Python keeps what it has compiled.
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment}
    began = time.perf_counter()
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=folder, env=settings)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(words)} ended with {done.returncode}.\n{done.stderr}")
    return Ended(seconds, done.stdout)


def run_checkout(tree: Path, *arguments: str | Path, folder: Path, **environment: str) -> Ended:
    """A whole command of the Regraft that is checked out in `tree`."""
    return run_process(*REGRAFT, *arguments, folder=folder, PYTHONPATH=str(tree / "src"), **environment)
