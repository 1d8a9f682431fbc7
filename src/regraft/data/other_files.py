"""Files that are no data set as they are, and the command that makes one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.data.files import content_name, explain_packed
from regraft.data.shards import SHARD_SUFFIXES
from regraft.data.tables import SUFFIXES

if TYPE_CHECKING:
    from pathlib import Path

_SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods", ".numbers"})


def explain_other_file(path: Path) -> str:
    """Why a file is no data set, and what to do: a command that can be copied, where there is one."""
    if path.suffix.lower() in _SPREADSHEETS:
        return f"{path} is a spreadsheet: save it as CSV (File, Save as), and give that."
    if (packed := explain_packed(path)) is not None:
        return packed
    name = content_name(path)
    found = f" It is {name}." if name else ""
    return (
        f"{path} is no data set: give a folder, a {', '.join(sorted(SUFFIXES))} table, or a shard "
        f"({', '.join(SHARD_SUFFIXES)}).{found}"
    )
