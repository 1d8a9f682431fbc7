"""All objects below a place, by their sizes: listed folder by folder, several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regraft.core.remote.remote_paths import RemotePath

_N_AT_ONCE = 8
"""A store gives a thousand names at a time; what it says of them is forgotten when a folder is listed."""


def list_below(place: RemotePath) -> dict[str, int]:
    """The sizes of all objects below a place, by their paths from there.

    Raises:
        OSError: The store does not say, or it is a page of the web.
    """
    sizes: dict[str, int] = {}
    prefix, folders = "", [""]
    while len(folders) == 1:  # single folders around everything are looked through
        prefix += folders[0]
        entries = (place / prefix if prefix else place).entries()
        sizes |= {prefix + name: int(about.get("size") or 0) for name, about in entries if about["type"] == "file"}
        folders = [f"{name}/" for name, about in entries if about["type"] == "directory"]

    def find(folder: str) -> dict[str, int]:
        return (place / f"{prefix}{folder}").find()

    with ThreadPoolExecutor(_N_AT_ONCE, thread_name_prefix="list") as pool:
        for folder, found in zip(folders, pool.map(find, folders), strict=True):
            sizes |= {f"{prefix}{folder}{path}": n_bytes for path, n_bytes in found.items()}
    return sizes
