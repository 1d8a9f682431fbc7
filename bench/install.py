"""What installing costs: seconds and megabytes of a fresh environment with the base, with torch, with everything.

The base had torch in it once: `.[torch]` is what `pip install .` was then. Each is installed from the registry into an
environment of its own that is removed after its round; the seconds are those of `pip install`: downloading, building
Regraft, unpacking, compiling. Without the last (`--no-compile`) Python compiles a module when it is imported. Then the
base's largest parts.

    python bench/install.py             # about 6 minutes; 7 GB of disk for the time of a round
    python bench/install.py --quick     # Regraft alone, from a wheel built here, without what it needs
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from distributions import build, copy_sources, files_in
from rounds import in_turn, medians, new_parser, run_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXTRAS = {"base": "", "base, not compiled": "", "with torch": "[torch]", "everything": "[dev]"}
N_PARTS = 12


def main() -> None:
    """Install in turn; print medians."""
    parser = new_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sources = copy_sources(Path(scratch) / "sources")
        wanted: dict[str, tuple[str, ...]] = {name: (f"{sources}{extra}",) for name, extra in EXTRAS.items()}
        wanted["base, not compiled"] += ("--no-compile",)
        if arguments.quick:
            wheel = build("wheel", sources, Path(scratch) / "wheel")
            wanted = {"base": ("--no-deps", "--no-index", "--no-compile", str(wheel))}
        megabytes: dict[str, dict[str, float]] = {}
        ways: dict[str, Callable[[], float]] = {
            name: partial(install, name, words, megabytes) for name, words in wanted.items()
        }
        report(medians(in_turn(ways, 1 if arguments.quick else arguments.rounds)), megabytes)


def install(name: str, words: tuple[str, ...], megabytes: dict[str, dict[str, float]]) -> float:
    """Seconds of a fresh environment; notes the megabytes of its parts."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = Path(scratch) / "environment"
        run_process(sys.executable, "-m", "venv", "--without-pip", environment)
        installed = run_process(sys.executable, "-m", "pip", "--python", environment, "install", "--quiet", *words)
        megabytes[name] = parts_of(environment)
    return installed.seconds


def parts_of(environment: Path) -> dict[str, float]:
    """Megabytes by top-level package; libraries that lie beside one count as its."""
    found: dict[str, float] = {}
    for path in files_in(environment):
        below = path.relative_to(environment).parts
        place = below.index("site-packages") + 1 if "site-packages" in below else 0
        part = below[place].split(".")[0].split("-")[0]
        found[part] = found.get(part, 0) + path.stat().st_size / 1e6
    return found


def report(seconds: Mapping[str, float], megabytes: Mapping[str, Mapping[str, float]]) -> None:
    """Print each, and its share of the last but one, which the base was before."""
    sizes = {name: sum(parts.values()) for name, parts in megabytes.items()}
    before = "with torch" if "with torch" in sizes else "base"
    for name, size in sizes.items():
        shares = f"{size / sizes[before]:6.1%} of the megabytes and {seconds[name] / seconds[before]:6.1%} of the time"
        print(f"{name:<18} {size:8,.0f} MB {seconds[name]:7.1f} s   {shares} {before}")
    largest = sorted(megabytes["base"].items(), key=lambda part: -part[1])[:N_PARTS]
    print("the base's largest parts: " + ", ".join(f"{part} {size:.0f} MB" for part, size in largest))


if __name__ == "__main__":
    main()
