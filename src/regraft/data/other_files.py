"""Files that are no data set as they are, and the command that makes one of them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from regraft.data.columns import SUFFIXES
from regraft.data.shards import SHARD_SUFFIXES
from regraft.data.signatures import N_SIGNATURE_BYTES, identify_content

if TYPE_CHECKING:
    from pathlib import Path

_SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods", ".numbers"})
_DECOMPRESSORS = {
    "compressed by gzip": ("gunzip -k", (".gz", ".tgz")),
    "compressed by bzip2": ("bunzip2 -k", (".bz2", ".tbz2", ".tbz")),
    "compressed by xz": ("unxz -k", (".xz", ".txz")),
    "compressed by zstd": ("unzstd", (".zst", ".tzst")),
}
"""What unpacks a file beside itself, and the endings that it takes away; `.tgz` becomes `.tar`."""


def explain_other_file(path: Path) -> str:
    """Why a file is no data set, and what to do: a command that can be copied, where there is one."""
    if path.suffix.lower() in _SPREADSHEETS:
        return f"{path} is a spreadsheet: save it as CSV (File, Save as), and give that."
    name = _content_name(path)
    if name in _DECOMPRESSORS:
        command, endings = _DECOMPRESSORS[name]
        suffix = path.suffix.lower()
        if suffix not in endings:
            return f"{path} is {name}: unpack it, and give what comes out."
        inner = path.with_suffix(".tar" if suffix.startswith(".t") else "")
        return (
            f"{path} is {name}, so its parts cannot be read one by one. Unpack it (the file stays as it is): "
            f"{command} {shlex.quote(str(path))} and give {shlex.quote(str(inner))}."
        )
    if name == "a zip archive":
        folder = path.with_suffix("")
        command = f"python -m zipfile -e {shlex.quote(str(path))} {shlex.quote(str(folder))}"
        return f"{path} is a zip archive. Unpack it: {command} and give {shlex.quote(str(folder))}."
    found = f" It is {name}." if name else ""
    return (
        f"{path} is no data set: give a folder, a {', '.join(sorted(SUFFIXES))} table, or a shard "
        f"({', '.join(SHARD_SUFFIXES)}).{found}"
    )


def _content_name(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            kind = identify_content(file.read(N_SIGNATURE_BYTES))
    except OSError:
        return None
    return None if kind is None else kind.name
