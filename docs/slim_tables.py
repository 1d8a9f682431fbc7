"""The tables of flags in from-tf-slim.md, from the flags that `regraft slim` takes.

python docs/slim_tables.py            # writes them anew; a second
python docs/slim_tables.py --quick    # only says how many lines would change
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.slim import COMMON_FLAGS, PROGRAMS, list_slim_networks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.slim import Flag, SlimNetwork

DOCS = Path(__file__).parent
BEGIN, END = "<!-- made by slim_tables.py: {} -->\n", "<!-- end -->"


def main() -> None:
    """Write the pages with their tables as they are now."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="write nothing")
    is_quick = parser.parse_args().quick
    for name in PAGES:
        path = DOCS / name
        old = path.read_text(encoding="utf-8")
        new = with_tables(name, old)
        if not is_quick:
            path.write_text(new, encoding="utf-8")
        print(f"{name}: {len(set(new.splitlines()) - set(old.splitlines()))} lines are new")


def with_tables(page: str, text: str) -> str:
    """A page with its tables as they are now."""
    for name in PAGES[page]:
        begin = re.escape(BEGIN.format(name))
        made = networks() if name == "networks" else table(COMMON_FLAGS if name == "all" else PROGRAMS[name].flags)
        around = re.split(f"(?<={begin}).*?(?={END})", text, flags=re.DOTALL)
        if len(around) != 2:
            raise ValueError(f"{page} has {len(around) - 1} tables of {name}")
        text = made.join(around)
    return text


def networks() -> str:
    """TF-Slim's networks and what replaces them, as Markdown."""
    rows = [
        "| `--model_name` | top-1 / top-5 | input, family | here | which is | note |",
        "|---|---|---|---|---|---|",
    ]
    for row in list_slim_networks():
        accuracy = "" if row.top1 is None else f"{row.top1} / {'' if row.top5 is None else row.top5}".rstrip(" /")
        others = f" Others: {others_of(row)}." if row.checkpoints else ""
        wants = f" ({row.wants.image_size})" if row.wants else ""
        here = "none" if row.replacement is None else f"`{row.replacement}`{wants}"
        family = row.preprocessing or ""
        kinship = "" if row.kinship == "none" else row.kinship
        rows.append(
            f"| `{row.name}` | {accuracy} | {row.image_size} {family} | {here} | {kinship} | {row.note}{others} |"
        )
    return "\n".join(rows) + "\n"


def others_of(row: SlimNetwork) -> str:
    """Its weights at other sizes; those with a q are quantised."""
    return ", ".join(f"{other.image_size}{'q' if other.is_quantised else ''} {other.top1}" for other in row.checkpoints)


def table(flags: Sequence[Flag]) -> str:
    """Some flags, as Markdown."""
    rows = ["| flag | default | | here |", "|---|---|---|---|"]
    for flag in flags:
        default = "" if flag.default in (None, "") else f"`{flag.default}`"
        rows.append(f"| `{flag.name}` | {default} | {flag.state} | {flag.here.replace('|', chr(92) + '|')} |")
    return "\n".join(rows) + "\n"


PAGES = {"from-tf-slim.md": (*PROGRAMS, "all"), "zoo.md": ("networks",)}
"""Pages, with the tables that are made."""


if __name__ == "__main__":
    main()
