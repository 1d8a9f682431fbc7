"""Where images go in a folder that reads back as the same data set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import DataError, printable, quoted
from regraft.data import UNLABELLED, is_hidden, place_images

if TYPE_CHECKING:
    from regraft.data import Manifest, Split

_N_NAME_BYTES_MAX = 255
_SPLIT_FOLDERS: dict[Split, str] = {"train": "train", "val": "val", "test": "test"}


@dataclass(frozen=True)
class FolderLayout:
    """A path for each image.

    Attributes:
        paths: n paths, POSIX style, all different and none leading out of the folder.
        renamed: The classes whose names can be no folder's, with what they are called instead.
    """

    paths: tuple[str, ...]
    renamed: dict[str, str]


def lay_out(manifest: Manifest) -> FolderLayout:
    """Choose paths below a folder: the manifest's own where they say split and class, `SPLIT/CLASS/NAME` otherwise.

    Raises:
        DataError: No folder can say the same, because a class is called like a split, or two classes get one name.
    """
    folders = {name: _component(name) for name in manifest.class_names}
    renamed = {name: folder for name, folder in folders.items() if folder != name}
    if len(set(folders.values())) < len(folders):
        raise DataError(
            f"The classes' names cannot be folders' (first: {quoted(next(iter(renamed or folders)))}): two "
            "folders may not be called alike. Choose another format with --to."
        )
    wanted = [
        (split, None if label == UNLABELLED else folders[manifest.class_names[label]])
        for split, label in zip(manifest.splits, manifest.labels.tolist(), strict=True)
    ]
    if (
        all(map(_is_safe, manifest.paths))
        and len(set(manifest.paths)) == len(manifest)
        and _say(tuple(manifest.paths), wanted)
    ):
        return FolderLayout(tuple(manifest.paths), renamed)
    for keeps_paths in (True, False):
        taken: set[str] = set()
        paths = tuple(
            _choose(path, place, taken, keeps_path=keeps_paths)
            for path, place in zip(manifest.paths, wanted, strict=True)
        )
        if _say(paths, wanted):
            return FolderLayout(paths, renamed)
    raise DataError(
        "No folder can say which images are in which split and class: some have none, or a class is called like a "
        "split. Choose another format with --to."
    )


def _say(paths: tuple[str, ...], wanted: list[tuple[Split | None, str | None]]) -> bool:
    """Whether a folder with these paths is read as it should be; images without labels may lie anywhere."""
    if all(name is None for _split, name in wanted):
        return True
    found = [(split, None if name is None else printable(name)) for split, name in place_images(paths)]
    return found == wanted


def _choose(path: str, place: tuple[Split | None, str | None], taken: set[str], *, keeps_path: bool) -> str:
    split, name = place
    if not keeps_path or not _is_safe(path) or path in taken or not _say((path,), [place]):
        folders = ([_SPLIT_FOLDERS[split]] if split else []) + ([name] if name else [])
        path = "/".join([*folders, _component(path.rpartition("/")[2])])
    stem, suffix = os.path.splitext(path)  # noqa: PTH122 - a million paths
    chosen, n_alike = path, 1
    while chosen in taken:
        n_alike += 1
        chosen = f"{stem}-{n_alike}{suffix}"
    taken.add(chosen)
    return chosen


def _is_safe(path: str) -> bool:
    """Whether all parts of a path are plain names of visible files and folders."""
    return all(part == _component(part, keep_bytes=True) for part in path.split("/"))


def _component(name: str, *, keep_bytes: bool = False) -> str:
    """`name` as the name of one visible file or folder."""
    plain = (name if keep_bytes else printable(name)).translate(_FORBIDDEN) or "_"
    if plain in (".", "..") or is_hidden(plain):
        plain = f"_{plain}"
    stem, suffix = os.path.splitext(plain)  # noqa: PTH122 - no path
    encoded = stem.encode("utf-8", "surrogateescape")
    n_left = _N_NAME_BYTES_MAX - len(suffix.encode("utf-8", "surrogateescape"))
    if len(encoded) <= n_left:
        return plain
    return encoded[: max(n_left, 1)].decode("utf-8", "ignore") + suffix[: _N_NAME_BYTES_MAX // 4]


_FORBIDDEN = str.maketrans({"/": "_", "\0": "_"} | (dict.fromkeys('\\:*?"<>|', "_") if os.name == "nt" else {}))
