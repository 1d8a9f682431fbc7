"""Files that are packed or compressed as a whole, and the command that unpacks one of them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from regraft.data.files.readable_kinds import N_SIGNATURE_BYTES
from regraft.data.files.signatures import identify_content

if TYPE_CHECKING:
    from pathlib import Path

DECOMPRESSORS = {
    "compressed by gzip": ("gunzip -k", (".gz", ".tgz")),
    "compressed by bzip2": ("bunzip2 -k", (".bz2", ".tbz2", ".tbz")),
    "compressed by xz": ("unxz -k", (".xz", ".txz")),
    "compressed by zstd": ("unzstd", (".zst", ".tzst")),
}
"""What unpacks a file beside itself, and the endings that it takes away; `.tgz` becomes `.tar`."""
_ARCHIVES = ("a 7z archive", "a RAR archive")


def explain_packed(path: Path) -> str | None:
    """What a packed file is, and how to unpack it: a command that can be copied, where there is one; else None."""
    name = content_name(path)
    if name in DECOMPRESSORS:
        command, endings = DECOMPRESSORS[name]
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
    return f"{path} is {name}: unpack it, and give what comes out." if name in _ARCHIVES else None


def content_name(path: Path) -> str | None:
    """What an ordinary file is, by its first bytes."""
    try:
        if not path.is_file():  # opening a named pipe would wait for ever
            return None
        with path.open("rb") as file:
            kind = identify_content(file.read(N_SIGNATURE_BYTES))
    except OSError:
        return None
    return None if kind is None else kind.name
