"""`labels.txt`: one class a line, `number:name`, as TF-Slim writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.data.names import printable
from regraft.data.shards.contents import N_NAME_CHARACTERS_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LABELS_FILE = "labels.txt"
_N_BYTES_MAX = 64 << 20


def read_class_list(folder: Path) -> dict[int, str]:
    """The classes' names by number; empty where there is no such file, lines that make no sense are passed over."""
    path = folder / LABELS_FILE
    try:
        if path.stat().st_size > _N_BYTES_MAX:
            return {}
        lines = path.read_text("utf-8-sig", "backslashreplace").split("\n")
    except OSError:
        return {}
    found: dict[int, str] = {}
    for line in lines:
        number, colon, name = line.rstrip("\r").partition(":")
        if colon and name and number.isascii() and number.isdigit() and len(number) <= 18:
            found[int(number)] = name[:N_NAME_CHARACTERS_MAX]
    return found


def format_class_list(class_names: Sequence[str]) -> str:
    """The content of `labels.txt`; line ends in names are escaped."""
    lines = (
        name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") for name in map(printable, class_names)
    )
    return "".join(f"{number}:{name}\n" for number, name in enumerate(lines))
