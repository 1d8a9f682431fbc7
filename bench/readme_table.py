"""Measure the README's table and write it between its markers.

python bench/readme_table.py       # about 8 minutes on 2 cores; leave the machine alone meanwhile
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
from regraft.recipes import doctor

if TYPE_CHECKING:
    from regraft.evaluation import Estimate

README = Path(__file__).parents[1] / "README.md"


def main() -> None:
    """Run the benchmarks one after the other, then rewrite the table."""
    rates = features.measure()
    timm = max(rate for name, rate in rates.items() if name.startswith("timm"))
    name, best = max(((name, rate) for name, rate in rates.items() if name.startswith("regraft")), key=itemgetter(1))
    most = features.limit(rates, name.split()[1].rstrip(":"))
    rows = [
        (
            "JPEG files (500 x 375) to kept features",
            f"{best:.0f} images/s, {best / timm:.1f} times timm's best pipeline ({best / most:.0%} of what these cores "
            "could do if nobody ever waited)",
        ),
        *((f"Solar cells (ELPV), {head} head", estimate(accuracy.solar_cells(head))) for head in ("softmax", "svm")),
        ("A second head on the same images, whole command", f"{second_head.main():.1f} s"),
        ("`regraft --help`", f"{startup.main():.2f} s"),
    ]
    machine = doctor()
    lines = ["| what | measured |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows), ""]
    lines.append(f"{machine.processor}, {n_usable_cores()} cores; EfficientNet-Lite0; {machine.engine}.")
    table = "\n".join(lines)
    text = README.read_text(encoding="utf-8")
    marked = re.sub(
        r"(<!-- begin measured.*?-->\n).*?(<!-- end measured -->)", rf"\1\n{table}\n\n\2", text, flags=re.DOTALL
    )
    README.write_text(marked, encoding="utf-8")
    print(table)


def estimate(found: Estimate) -> str:
    """An accuracy with its interval."""
    low, high = 100 * found.low, 100 * found.high
    return f"{100 * found.value:.1f} % right (95 % interval {low:.1f} to {high:.1f}, n = {found.n})"


if __name__ == "__main__":
    main()
