"""Class-per-folder data sets: `cat/1.jpg`, `train/cat/1.jpg`, `set/Testing/00012/1.ppm`, `cat/train/1.jpg`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError, RemotePath, plural, quoted, shortened
from regraft.data.folders.file_listing import list_files
from regraft.data.folders.folder_remarks import remark_on
from regraft.data.folders.layouts import read_layout
from regraft.data.manifest import Manifest
from regraft.data.names import label_positions
from regraft.data.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.data.folders.file_listing import FileListing


def read_folder(folder: Path, reading: Reading | None = None) -> Manifest:
    """List a folder with one sub-folder for each class.

    Folders called train, val or test (or test_set, seg_train, Training, ...) name the split of what is below them where
    the folders beside them agree; docs/folders.md has the rules. Folders around all of it are looked through, deeper
    folders belong to their class. What is left out, guessed or joined is a remark of the manifest. Linked folders are
    followed.

    Args:
        folder: The data set.
        reading: What the user says of it: whether folders are splits, and whether images without a label are wanted.

    Returns:
        The images, sorted by path.

    Raises:
        DataError: There are no images, none of them lies in a class folder, or a folder cannot be read.
    """
    reading = reading or Reading()
    root = folder.resolve()
    listing = list_files(root)
    layout = read_layout(listing.images, reading.split_folders)
    if not layout.classes and not reading.keep_unlabelled:
        raise DataError(_explain_unlabelled(listing, layout.annotations, is_split=bool(layout.splits)))
    places = layout.place_all(listing.images)
    rows = [row for row, (_split, name) in enumerate(places) if reading.keep_unlabelled or name is not None]
    found = [places[row] for row in rows]
    labels, class_names = label_positions([name for _split, name in found])
    return Manifest(
        root=root,
        paths=tuple(listing.images[row] for row in rows),
        labels=labels,
        class_names=class_names,
        splits=tuple(split for split, _name in found),
        groups=(None,) * len(rows),
        unreadable=listing.unreadable,
        remarks=remark_on(listing, layout, are_kept=reading.keep_unlabelled),
    )


def relative_path(path: str | Path, root: Path) -> str:
    """`path` in POSIX style, relative to `root` where it lies below it, else absolute. Links are not followed.

    What lies in an object store keeps its address.
    """
    if isinstance(path, RemotePath):
        return str(path)
    if isinstance(root, RemotePath):
        return path.lstrip("/") if isinstance(path, str) else str(path)
    absolute = Path(os.path.abspath(root / path))  # noqa: PTH100 - resolve() would rename links
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else absolute).as_posix()


def _explain_unlabelled(listing: FileListing, annotations: Sequence[str], *, is_split: bool) -> str:
    """What to do where no image has a class; names that were taken for something else are said."""
    root, first = listing.root, listing.images[0]
    above = first.rpartition("/")[0]
    tables = [path for path in listing.others if path.lower().endswith((".csv", ".tsv"))]
    message = (
        f"All images are in no class folder: {plural(len(listing.images), 'image')} (first: {quoted(first)}). "
        f"Put each image into a folder named for its class: "
        f"{shortened('/'.join(filter(None, (root.name, above))))}/CLASS/image.jpg"
    )
    if tables:
        message += f". Or, if {quoted(tables[0])} has the labels, give the table: {root.name}/{shortened(tables[0])}"
    if annotations:
        message += (
            f". (A folder called {quoted(annotations[0].rpartition('/')[2])} is taken for masks or the like, by its "
            "name and the one beside it; if it is a class, call it otherwise, or list paths and labels in a table.)"
        )
    if is_split:
        message += (
            f". (A folder called {quoted(above.rpartition('/')[2])} is taken for a split here; if it is a class, add "
            "--split-folders no.)"
        )
    return message
