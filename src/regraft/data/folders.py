"""Class-per-folder data sets: `cat/1.jpg`, `train/cat/1.jpg`, `set/Testing/00012/1.ppm`, `cat/train/1.jpg`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from regraft.core import DataError, plural, quoted, shortened
from regraft.data.finding import passed_over
from regraft.data.manifest import Manifest, Split
from regraft.data.names import label_positions

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
_IGNORED = frozenset({"thumbs.db", "desktop.ini", "__macosx", "source.json", "license.txt", "conversion.json"})
"""What systems leave beside images, and our own records of where they come from, with the licence."""

Placement = tuple[Split | None, str | None]


def read_folder(folder: Path) -> Manifest:
    """List a folder with one sub-folder for each class.

    Folders called train, val or test (or training, valid, validation, testing; any case) name the split of what is
    below them, at whatever depth; the first other folder from there names the class. Where there is no split folder the
    top folder's sub-folders are the classes. Deeper folders belong to their class. If all images lie straight in split
    folders, which lie in the folders of at least two classes (`cat/train/1.jpg`), those are taken. Hidden files are
    left out. Linked folders are followed.

    Args:
        folder: The data set.

    Returns:
        The images, sorted by path.

    Raises:
        DataError: There are no images, they lie outside of class folders, or a folder cannot be read.
    """
    root = folder.resolve()
    listing = list_files(root)
    placements = place_images(listing.images)
    stray = [path for path, (_split, name) in zip(listing.images, placements, strict=True) if name is None]
    if stray:
        raise DataError(_explain_stray(stray, len(listing.images), root))
    labels, class_names = label_positions([name for _split, name in placements])
    return Manifest(
        root=root,
        paths=listing.images,
        labels=labels,
        class_names=class_names,
        splits=tuple(split for split, _name in placements),
        groups=(None,) * len(listing.images),
        remarks=passed_over(listing.others),
    )


def relative_path(path: str | Path, root: Path) -> str:
    """`path` in POSIX style, relative to `root` where it lies below it, else absolute. Links are not followed."""
    absolute = Path(os.path.abspath(root / path))  # noqa: PTH100 - resolve() would rename links
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else absolute).as_posix()


def has_image_name(path: str) -> bool:
    """Whether a file is an image by its extension."""
    return os.path.splitext(path)[1].lower() in EXTENSIONS  # noqa: PTH122 - a million paths


@dataclass(frozen=True)
class FileListing:
    """Every file below a folder, images and others, each sorted by its path."""

    images: tuple[str, ...]
    others: tuple[str, ...]


def list_files(root: Path) -> FileListing:
    """The files below a folder.

    Raises:
        DataError: There is no image, or a folder cannot be read.
    """
    try:
        paths = sorted(walk_files(root))
    except OSError as error:
        _refuse_folder(error)
    flags = [has_image_name(path) for path in paths]
    listing = FileListing(
        tuple(path for path, is_image in zip(paths, flags, strict=True) if is_image),
        tuple(path for path, is_image in zip(paths, flags, strict=True) if not is_image),
    )
    if not listing.images:
        raise DataError(_explain_nothing(listing.others, root))
    return listing


def walk_files(root: Path) -> Iterator[str]:
    """POSIX paths relative to `root`, hidden ones left out; linked folders are followed, but never in a circle.

    Raises:
        DataError: A folder cannot be read.
    """
    above: dict[str, frozenset[tuple[int, int]]] = {}
    for folder, names, files in os.walk(root, followlinks=True, onerror=_refuse_folder):
        status = Path(folder).stat()
        identity = (status.st_dev, status.st_ino)
        ancestors = above.pop(folder, frozenset())
        if identity in ancestors:
            names.clear()
            continue
        names[:] = [name for name in names if not is_hidden(name)]
        for name in names:
            above[os.path.join(folder, name)] = ancestors | {identity}  # noqa: PTH118 - as os.walk names it
        relative = Path(folder).relative_to(root).as_posix()
        prefix = "" if relative == "." else f"{relative}/"
        yield from (prefix + name for name in files if not is_hidden(name))


def _refuse_folder(error: OSError) -> NoReturn:
    """A folder that cannot be listed would silently take its images away."""
    raise DataError(
        f"The folder {shortened(str(error.filename), 160)} cannot be read ({error.strerror}). "
        "Make it readable, or move it out of the data set."
    ) from error


def is_hidden(name: str) -> bool:
    """Whether a file or folder is none of the data's: systems and programs leave such behind."""
    return name.startswith(".") or name.lower() in _IGNORED


def place_images(paths: Sequence[str]) -> list[Placement]:
    """Split and class name of each image, as the folders of all of them say."""
    folders = [path.rpartition("/")[0] for path in paths]
    parts = {folder: tuple(folder.split("/")) if folder else () for folder in dict.fromkeys(folders)}
    found = {folder: _split_first(names) for folder, names in parts.items()}
    if all(split is not None and name is None for split, name in found.values()):
        class_first = {folder: _class_first(names) for folder, names in parts.items()}
        classes = {name for _split, name in class_first.values()}
        if len(classes) > 1 and None not in classes:
            found = class_first
    return [found[folder] for folder in folders]


def _split_first(folders: tuple[str, ...]) -> Placement:
    """`train/cat/...`; without a split folder, `cat/...`."""
    for depth, name in enumerate(folders):
        if (split := SPLIT_NAMES.get(name.lower())) is not None:
            below = folders[depth + 1 :]
            return split, (below[0] if below else None)
    return None, (folders[0] if folders else None)


def _class_first(folders: tuple[str, ...]) -> Placement:
    """`cat/train`, where the split folder is the last one."""
    return SPLIT_NAMES.get(folders[-1].lower()), (folders[-2] if len(folders) > 1 else None)


def _explain_stray(stray: Sequence[str], n_images: int, root: Path) -> str:
    some = "All" if len(stray) == n_images else "Some"
    above = stray[0].rpartition("/")[0]
    name = above.rpartition("/")[2]
    hint = f" (A folder called {quoted(name)} is taken for a split, never for a class.)" if above else ""
    return (
        f"{some} images are in no class folder: {plural(len(stray), 'image')} of {n_images:,} "
        f"(first: {quoted(stray[0])}). Put each image into a folder named for its class: "
        f"{shortened('/'.join(filter(None, (root.name, above))))}/CLASS/image.jpg{hint}"
    )


def _explain_nothing(others: Sequence[str], root: Path) -> str:
    looked_for = ", ".join(sorted(extension[1:] for extension in EXTENSIONS))
    if not others:
        return f"The folder {root} is empty: there is no image in it (looked for: {looked_for})."
    return (
        f"There is no image in {root}: {plural(len(others), 'file')} with other extensions "
        f"(first: {quoted(others[0])}). Looked for: {looked_for}."
    )
