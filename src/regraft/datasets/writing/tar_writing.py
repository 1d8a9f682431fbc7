"""Writing WebDataset archives: an image `KEY.jpg`, its label in `KEY.cls`, what else is known of it in `KEY.json`."""

from __future__ import annotations

import json
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from regraft.datasets.writing.rows import ShardRow


def write_tar(path: Path, rows: Iterable[ShardRow]) -> None:
    """Write an archive; its bytes depend on the rows only, never on the time or the user.

    Args:
        path: The file to make.
        rows: Its images, one at a time; their numbers become the keys.

    Raises:
        OSError: The disk is full, or forbids it.
    """
    with path.open("wb", buffering=1 << 20) as file:
        for row in rows:
            known = {"filename": row.name, "height": row.height, "width": row.width}
            members = {row.kind: row.content}
            if row.label >= 0:
                members["cls"] = str(row.label).encode()
                known |= {"class": row.text, "label": row.label}
            if row.group:
                known["group"] = row.group
            members["json"] = json.dumps(known, sort_keys=True).encode()
            for extension in sorted(members):
                content = members[extension]
                file.write(_header(f"{row.number:09d}.{extension}", len(content)))
                file.write(content)
                file.write(bytes(-len(content) % tarfile.BLOCKSIZE))
        file.write(bytes(2 * tarfile.BLOCKSIZE))


def _header(name: str, n_bytes: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = n_bytes
    return member.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
