"""Files that a page can read without a server: scripts that hold nothing but one text each.

A page that was opened from a disk may load scripts beside it and nothing else, so graphs go into scripts, in base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from regraft.core import BundleError
from regraft.exporting.vetting import require_plain

if TYPE_CHECKING:
    from pathlib import Path

N_BYTES_MAX = 3 << 30
_HEAD, _TAIL = '(globalThis.regraftFiles ??= {{}})["{name}"] = "', '";\n'
_NAME = re.compile(r"[a-z_]{1,40}")


def pack(content: bytes, path: Path) -> None:
    """Write a script that gives a page some bytes, by the script's name.

    Args:
        content: The bytes.
        path: `NAME.js`.
    """
    with path.open("wb") as file:
        file.write(_HEAD.format(name=path.stem).encode())
        file.write(base64.b64encode(content))
        file.write(_TAIL.encode())


def unpack(path: Path) -> bytes:
    """The bytes that such a script gives; nothing of it is executed.

    Raises:
        BundleError: It is none.
    """
    require_plain(path, N_BYTES_MAX)
    content = path.read_bytes()
    head, tail = _HEAD.format(name=path.stem).encode(), _TAIL.encode()
    if not (_NAME.fullmatch(path.stem) and content.startswith(head) and content.endswith(tail)):
        raise BundleError(f"{path} is damaged or none of an export's scripts: it does not hold one text.")
    try:
        return base64.b64decode(content[len(head) : -len(tail)], validate=True)
    except binascii.Error as error:
        raise BundleError(f"{path} is damaged: its text is no base64 ({error}).") from error
