"""Class-per-folder data sets: `cat/1.jpg`, `train/cat/1.jpg`, `set/Testing/00012/1.ppm`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, plural, shortened
from regraft.data.manifest import Manifest, Split, label_positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".jfif", ".png", ".ppm", ".pgm", ".pbm", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
)
SPLIT_NAMES: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
_IGNORED = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_N_SKIPPED_SHOWN = 5


def read_folder(folder: Path) -> Manifest:
    """List a folder with one sub-folder for each class.

    Folders called train, val or test (or training, valid, validation, testing; any case) name the split of what is
    below them, at whatever depth; the first other folder from there names the class. Where there is no split folder the
    top folder's sub-folders are the classes. Deeper folders belong to their class. Hidden files are left out.

    Args:
        folder: The data set.

    Raises:
        DataError: There are no images, or they lie outside of class folders.
    """
    root = folder.resolve()
    found = _Listing(root)
    if not found.images:
        raise DataError(_nothing_found(found, root))
    placed = [_placement(Path(path).parts[:-1]) for path in found.images]
    stray = [path for path, (_split, name) in zip(found.images, placed, strict=True) if name is None]
    if stray:
        some = "All" if len(stray) == len(found.images) else "Some"
        raise DataError(
            f"{some} images are in no class folder: {plural(len(stray), 'image')} of {len(found.images):,} (first: "
            f"{shortened(stray[0])!r}). Put each image into a folder named for its class: {root.name}/CLASS/image.jpg"
        )
    labels, class_names = label_positions([name for _split, name in placed])
    return Manifest(
        root=root,
        paths=tuple(found.images),
        labels=labels,
        class_names=class_names,
        splits=tuple(split for split, _name in placed),
        groups=(None,) * len(found.images),
        n_skipped=len(found.others),
        skipped=tuple(found.others[:_N_SKIPPED_SHOWN]),
    )


def list_images(places: Sequence[str | Path]) -> Manifest:
    """Images without labels: files as they are named, folders with everything below them.

    Args:
        places: Files and folders. A file is taken whatever its extension; a repeated one is taken once.

    Raises:
        DataError: A folder holds no image.
    """
    paths: dict[str, None] = {}
    for place in map(Path, places):
        if not place.is_dir():
            paths[str(Path(os.path.abspath(place)))] = None  # noqa: PTH100 - resolve() would rename links
            continue
        root = Path(os.path.abspath(place))  # noqa: PTH100
        found = _Listing(root)
        if not found.images:
            raise DataError(_nothing_found(found, root))
        paths |= dict.fromkeys(str(root / path) for path in found.images)
    n_images = len(paths)
    return Manifest(
        root=Path.cwd(),
        paths=tuple(paths),
        labels=np.full(n_images, -1, np.int64),
        class_names=(),
        splits=(None,) * n_images,
        groups=(None,) * n_images,
    )


class _Listing:
    """Every file below a folder, images and others, each sorted by its path."""

    def __init__(self, root: Path) -> None:
        self.images: list[str] = []
        self.others: list[str] = []
        for path in _walk(root):
            is_image = os.path.splitext(path)[1].lower() in EXTENSIONS  # noqa: PTH122 - a million paths
            (self.images if is_image else self.others).append(path)
        self.images.sort()
        self.others.sort()


def _walk(root: Path) -> Iterator[str]:
    """POSIX paths relative to `root`; linked folders are followed, but never in a circle."""
    above: dict[str, frozenset[tuple[int, int]]] = {}
    for folder, names, files in os.walk(root, followlinks=True):
        status = Path(folder).stat()
        identity = (status.st_dev, status.st_ino)
        ancestors = above.pop(folder, frozenset())
        if identity in ancestors:
            names.clear()
            continue
        names[:] = sorted(name for name in names if not _is_hidden(name))
        for name in names:
            above[os.path.join(folder, name)] = ancestors | {identity}  # noqa: PTH118 - as os.walk names it
        relative = Path(folder).relative_to(root).as_posix()
        prefix = "" if relative == "." else f"{relative}/"
        yield from (prefix + name for name in files if not _is_hidden(name))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in _IGNORED


def _placement(folders: tuple[str, ...]) -> tuple[Split | None, str | None]:
    """Split and class name that the folders above an image say."""
    for depth, name in enumerate(folders):
        if (split := SPLIT_NAMES.get(name.lower())) is not None:
            below = folders[depth + 1 :]
            return split, (below[0] if below else None)
    return None, (folders[0] if folders else None)


def _nothing_found(found: _Listing, root: Path) -> str:
    looked_for = ", ".join(sorted(extension[1:] for extension in EXTENSIONS))
    if not found.others:
        return f"The folder {root} is empty: there is no image in it (looked for: {looked_for})."
    return (
        f"There is no image in {root}: {plural(len(found.others), 'file')} with other extensions "
        f"(first: {shortened(found.others[0])!r}). Looked for: {looked_for}."
    )
