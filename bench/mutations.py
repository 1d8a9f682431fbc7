"""Which share of small mistakes in a module its own unit tests catch.

python bench/mutations.py [MODULE ...] [--sample N --seed S] [--quick]

A module is named as `heads/solver`; its own tests are `tests/unit/heads/test_solver.py` and `test_solver_*.py` beside
it, and nothing else. One mistake at a time is put into its syntax tree, and the tests run in a process forked from one
that has imported all that they import but the package itself: nothing on the disk changes. A mistake is caught where a
test fails, or where the tests take so long that they hang. `mutations.toml` lists the changes that are no mistakes,
each with its reason.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mistakes import PACKAGE, Mistake, mistakes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType

ROOT = Path(__file__).parents[1]
SUBJECTS = ("heads/solver", "features/store", "evaluation/intervals", "data/splits", "images/colour")
FORK = multiprocessing.get_context("fork")
PASSED, NO_TESTS = 0, (4, 5)
"""Exit codes of pytest; all others say that a test has failed."""


def main() -> None:
    """Print what survives, and each module's share."""
    parser = argparse.ArgumentParser(description="Which share of small mistakes in a module its own unit tests catch.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"default: {' '.join(SUBJECTS)}")
    parser.add_argument("--tests", nargs="+", type=Path, help="other tests than the module's own")
    parser.add_argument("--sample", type=int, help="only so many mistakes of each module, chosen by --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="one mistake in the smallest module")
    options = parser.parse_args()
    if options.quick:
        options.modules, options.sample = ["evaluation/intervals"], 1
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # a process with threads cannot be forked safely
        os.environ[name] = "1"
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # no random order, and a quicker start
    sys.path.insert(0, str(ROOT / "src"))
    os.chdir(ROOT)
    for module in options.modules or SUBJECTS:
        folder, name = module.rsplit("/", 1)
        own = ROOT / "tests" / "unit" / folder
        tests = options.tests or [own / f"test_{name}.py", *sorted(own.glob(f"test_{name}_*.py"))]
        examine(module, [str(path) for path in tests], options.sample, options.seed, options.workers)


def examine(module: str, tests: Sequence[str], sample: int | None, seed: int, n_workers: int) -> None:
    """Run a module's tests against its mistakes; print the survivors and the share that is caught."""
    every = list(mistakes(module))
    equivalent = equivalents(module)
    if gone := equivalent - {mistake.after for mistake in every}:
        raise SystemExit(f"mutations.toml lists changes that {module} has no place for any more: {sorted(gone)}")
    chosen = [mistake for mistake in every if mistake.after not in equivalent]
    n_equivalent = len(every) - len(chosen)
    if sample is not None:
        chosen = random.Random(seed).sample(chosen, min(sample, len(chosen)))  # noqa: S311 - a sample, no secret
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(tuple(tests), Path(folder), n_workers)
        seconds = bench.warm_up()
        began = time.monotonic()
        survivors = [mistake for mistake, is_caught in bench.run(chosen, 5 + 5 * seconds) if not is_caught]
        minutes = (time.monotonic() - began) / 60
    for mistake in sorted(survivors, key=lambda mistake: mistake.line):
        print(f"src/regraft/{module}.py:{mistake.line}\n  - {mistake.before}\n  + {mistake.after}")
    n_caught = len(chosen) - len(survivors)
    print(
        f"{module}: {n_caught} of {len(chosen)} mistakes caught, {n_caught / max(len(chosen), 1):.1%} "
        f"(besides {n_equivalent} that are none; {len(chosen) / minutes:.0f} a minute)",
        flush=True,
    )


def equivalents(module: str) -> set[str]:
    """The changes of a module that change nothing: the statements after them."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        return {entry["after"] for entry in tomllib.load(file)["equivalent"] if entry["module"] == module}


@dataclass(frozen=True)
class Bench:
    """Where tests run.

    Attributes:
        tests: Their files.
        folder: For what they write.
        n_workers: How many processes at a time.
    """

    tests: tuple[str, ...]
    folder: Path
    n_workers: int

    def warm_up(self) -> float:
        """Import here what the tests import, but for the package; returns the seconds that they then take.

        Raises:
            SystemExit: They fail without a mistake.
        """
        ours, theirs = FORK.Pipe(duplex=False)
        process = FORK.Process(target=run_tests, args=(None, self.tests, self.folder / "first", theirs))
        process.start()
        theirs.close()
        with suppress(EOFError):
            for name in ours.recv():
                with suppress(Exception):
                    importlib.import_module(name)
        process.join()
        gc.collect()
        gc.freeze()  # what is here is no garbage in the children either
        began = time.monotonic()
        second = FORK.Process(target=run_tests, args=(None, self.tests, self.folder / "second"))
        second.start()
        second.join()
        if second.exitcode != PASSED:
            raise SystemExit(f"These tests fail as they are: python -m pytest {' '.join(self.tests)}")
        return time.monotonic() - began

    def run(self, chosen: Sequence[Mistake], limit: float) -> Iterator[tuple[Mistake, bool]]:
        """Each mistake, and whether a test failed or took longer than `limit` seconds."""
        waiting = list(enumerate(chosen))[::-1]
        running: dict[int, tuple[Any, Mistake, float, Path]] = {}
        while waiting or running:
            while waiting and len(running) < self.n_workers:
                number, mistake = waiting.pop()
                folder = self.folder / str(number)
                process = FORK.Process(target=run_tests, args=(mistake, self.tests, folder))
                process.start()
                running[process.sentinel] = process, mistake, time.monotonic() + limit, folder
            next_deadline = min(deadline for _process, _mistake, deadline, _folder in running.values())
            wait(list(running), timeout=max(0.0, next_deadline - time.monotonic()))
            for sentinel, (process, mistake, deadline, folder) in list(running.items()):
                if process.is_alive() and time.monotonic() < deadline:
                    continue
                process.kill()
                process.join()
                if process.exitcode in NO_TESTS:
                    raise SystemExit(f"No tests ran: {' '.join(self.tests)}")
                shutil.rmtree(folder, ignore_errors=True)
                del running[sentinel]
                yield mistake, process.exitcode != PASSED


def run_tests(mistake: Mistake | None, tests: Sequence[str], folder: Path, names: Any = None) -> None:
    """In a process of its own: run tests, with a mistake if there is one; tell the names of imported modules."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    if mistake is not None:
        sys.meta_path.insert(0, Finder(mistake))
    import hypothesis
    import pytest

    hypothesis.settings.register_profile(
        "mutations",
        max_examples=50,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),  # nobody reads the smallest example
    )
    hypothesis.settings.load_profile("mutations")
    options = ["-q", "-x", "--assert=plain", f"--basetemp={folder}", "-m", "not slow", "--no-header"]
    options += ["-p", "_hypothesis_pytestplugin", "-p", "pytest_timeout", "-p", "no:cacheprovider"]
    code = pytest.main([*options, *tests])
    if names is not None:
        ours = tuple(str(ROOT / folder) for folder in ("src", "tests"))  # whatever imports the package
        files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
        names.send([name for name, file in files.items() if name != "__main__" and not file.startswith(ours)])
    os._exit(code)


class Finder(MetaPathFinder):
    """Finds one module, with a mistake in it."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake
        self.name = f"regraft.{mistake.module.replace('/', '.')}"

    def find_spec(self, fullname: str, _path: Any, _target: Any = None) -> ModuleSpec | None:
        """See `importlib`."""
        if fullname != self.name:
            return None
        file = str(PACKAGE / f"{self.mistake.module}.py")
        return spec_from_file_location(fullname, file, loader=Loader(fullname, file, self.mistake.code))


class Loader(SourceFileLoader):
    """Loads code that is there already."""

    def __init__(self, fullname: str, path: str, code: CodeType) -> None:
        super().__init__(fullname, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        """See `importlib`."""
        return self.code


if __name__ == "__main__":
    main()
