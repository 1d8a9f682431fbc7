"""Measure the README's table and write it between its markers.

python bench/readme_table.py            # about 8 minutes on 2 cores; leave the machine alone meanwhile
python bench/readme_table.py --quick    # prints the table: a few images a second, ones for all else
"""

from __future__ import annotations

import re
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import accuracy
import features
import second_head
import startup
from regraft.core import n_usable_cores
from regraft.evaluation import Estimate
from regraft.recipes import doctor
from rounds import new_parser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regraft.auditing import SeriesGap

README = Path(__file__).parents[1] / "README.md"
MARKED = re.compile(r"(<!-- begin measured.*?-->\n).*?(<!-- end measured -->)", flags=re.DOTALL)
ONE = Estimate(value=1, low=1, high=1, n=1, method="none")
ONES = (dict.fromkeys(accuracy.HEADS, ONE), None, 1.0, 1.0)


def main() -> None:
    """Run the benchmarks one after the other, then rewrite the table."""
    is_quick = new_parser(__doc__).parse_args().quick
    found = table(features.measure(features.QUICK), *ONES) if is_quick else table(*measured())
    text, n_tables = MARKED.subn(rf"\1\n{found}\n\n\2", README.read_text(encoding="utf-8"))
    if n_tables != 1:
        raise SystemExit(f"{README.name} has {n_tables} tables between markers instead of one.")
    if not is_quick:
        README.write_text(text, encoding="utf-8")
    print(found)


def measured() -> tuple[dict[str, float], dict[accuracy.Head, Estimate], SeriesGap | None, float, float]:
    """What `table` takes."""
    rates = features.measure(features.Effort())
    estimates = {head: accuracy.probed("elpv", head) for head in accuracy.HEADS}
    seconds = second_head.measure("elpv", second_head.N_RUNS), startup.measure(startup.N_RUNS)
    return rates, estimates, accuracy.series("elpv"), *seconds


def table(
    rates: Mapping[str, float],
    estimates: Mapping[accuracy.Head, Estimate],
    gap: SeriesGap | None,
    second: float,
    overview: float,
) -> str:
    """In Markdown.

    Args:
        rates: Images a second of the contenders of `features.py`.
        estimates: Accuracies on ELPV by head.
        gap: What a random split of them hides.
        second: Seconds of a second head.
        overview: Seconds of `regraft --help`.
    """
    timm = max(rate for name, rate in rates.items() if name.startswith("timm"))
    name, best = max(((name, rate) for name, rate in rates.items() if name.startswith("regraft")), key=itemgetter(1))
    most = features.limit(rates, name.split()[1].rstrip(":"))
    speed = f"{best:.0f} images/s, {best / timm:.1f} times timm's best pipeline"
    share = f"({best / most:.0%} of what these cores could do if nobody ever waited)"
    rows = [
        ("JPEG files (500 x 375) to kept features", f"{speed} {share}"),
        *((f"Solar cells (ELPV), {head} head", estimate(found)) for head, found in estimates.items()),
        *(() if gap is None else (series(gap),)),
        ("A second head on the same images, whole command", f"{second:.1f} s"),
        ("`regraft --help`", f"{overview:.2f} s"),
    ]
    machine = doctor()
    lines = ["| what | measured |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows), ""]
    return "\n".join([*lines, f"{machine.processor}, {n_usable_cores()} cores; EfficientNet-Lite0; {machine.engine}."])


def series(gap: SeriesGap) -> tuple[str, str]:
    """A row of what a random split hides."""
    figures = (f"{100 * one.value:.1f} %" for one in (gap.random, gap.together))
    what = f"The same cells, cross-validated: random split, and `{gap.option}`"
    return what, f"{' and '.join(figures)} right: they come in series, which every run says"


def estimate(found: Estimate) -> str:
    """An accuracy with its interval."""
    low, high = 100 * (found.low or 0), 100 * (found.high or 0)
    return f"{100 * found.value:.1f} % right (95 % interval {low:.1f} to {high:.1f}, n = {found.n})"


if __name__ == "__main__":
    main()
