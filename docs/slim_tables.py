"""The tables of flags in from-tf-slim.md, from the flags that `regraft slim` takes.

python docs/slim_tables.py        # writes them anew
"""

from __future__ import annotations

import re
from pathlib import Path

from regraft.slim import PROGRAMS

PAGE = Path(__file__).with_name("from-tf-slim.md")
BEGIN, END = "<!-- flags of {} -->\n", "<!-- end -->"


def main() -> None:
    """Write the page with its tables as they are now."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_tables(text: str) -> str:
    """The page with its tables as they are now."""
    for name in PROGRAMS:
        begin = re.escape(BEGIN.format(name))
        text, n_tables = re.subn(
            f"({begin}).*?({END})", lambda found, name=name: found[1] + table(name) + found[2], text, flags=re.DOTALL
        )
        if n_tables != 1:
            raise ValueError(f"the page has {n_tables} tables of the flags of {name}")
    return text


def table(name: str) -> str:
    """One program's flags, as Markdown."""
    rows = ["| flag | default | | here |", "|---|---|---|---|"]
    for flag in PROGRAMS[name].flags:
        default = "" if flag.default in (None, "") else f"`{flag.default}`"
        rows.append(f"| `{flag.name}` | {default} | {flag.state} | {flag.here.replace('|', chr(92) + '|')} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
