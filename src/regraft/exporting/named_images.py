"""The images that a user names to prove an export on: a data set with labels, or images without."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from regraft.core import DataError, OptionError, as_place, several
from regraft.data import Reading, UnreadableImageError, has_image_name, list_images
from regraft.datasets import read_dataset
from regraft.images import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from regraft.data import Manifest


class NamedImages(NamedTuple):
    """Images of a user.

    Attributes:
        images: With labels or without; None where none were named.
        why_unlabelled: Why what might have been a data set gives no labels, as sentences; empty where it gives some, or
            was none.
    """

    images: Manifest | None
    why_unlabelled: str = ""


def list_named(sources: str | Path | Iterable[str | Path], reading: Reading | None = None) -> NamedImages:
    """The images that were named: one data set with its labels, or images without.

    Args:
        sources: A data set, or files, and folders with everything below them; an empty tuple for none.
        reading: How the data set is read.

    Raises:
        OptionError: That is no list of files; or groups are named of images without labels.
        DataError: A folder holds no image; or what was named is neither a data set that can be read nor images.
    """
    given = [] if isinstance(sources, tuple) and not sources else several(sources)
    if not given:
        return NamedImages(None)
    named = _read_one(given[0], reading or Reading()) if len(given) == 1 else NamedImages(None)
    if named.images is not None and named.images.class_names:
        return named
    if named.images is None:
        return NamedImages(list_images(given, reading), named.why_unlabelled)
    if reading is not None and reading.group_by is not None:
        raise OptionError("--group-by is for a data set with labels, and this one has none: leave it out.")
    return named


def _read_one(place: str | Path, reading: Reading) -> NamedImages:
    """A data set; where it is only images, no images yet, and why it is none."""
    try:
        found = read_dataset(place, reading)
    except DataError as error:
        path = as_place(place, "An image or folder")
        if path.is_dir():
            return NamedImages(None, str(error))
        if not _is_image(path):
            raise
        return NamedImages(None)
    return NamedImages(found, "" if found.class_names else f"{place} names none.")


def _is_image(path: Path) -> bool:
    """Whether a file is an image, or wants to be one: what is wrong with it is told where it is read."""
    if has_image_name(path.name):
        return True
    try:
        read_whole(path)
    except UnreadableImageError:
        return False
    return True
