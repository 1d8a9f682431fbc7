"""COCO's annotations: which photo shows a category, by the areas of its objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from regraft.core import FetchError, quoted, shortened
from regraft.datasets.unpacking.members import refuse_beyond
from regraft.datasets.unpacking.zip_archives import open_zip

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.datasets.unpacking.coco import Foreground

BACKGROUND = "background"
_FILE_NAME = re.compile(r"\w[\w.-]*\.jpg", re.ASCII)


class _Photo(msgspec.Struct, gc=False):
    id: int
    file_name: str
    height: float
    width: float

    def __post_init__(self) -> None:
        if not _FILE_NAME.fullmatch(self.file_name):
            raise ValueError(f"{quoted(self.file_name)} is no name of a photo")


class _Object(msgspec.Struct, gc=False):
    image_id: int
    category_id: int
    area: float


class _Category(msgspec.Struct, gc=False):
    name: Any
    id: Any = None


class _Instances(msgspec.Struct):
    """What is read of a file; its outlines are skipped."""

    images: list[_Photo] = []
    annotations: list[_Object] = []
    categories: list[_Category] = []


def read_annotations(source: Path, name: str, n_bytes_max: int) -> bytes:
    """A file of annotations.

    Args:
        source: COCO's zip file, or its folder `annotations`.
        name: Of the file, for example `instances_val2017.json`.
        n_bytes_max: A zip file of more bytes, unpacked, is refused, and a file of more.

    Raises:
        FetchError: It is not there, damaged, or too large.
        OSError: It cannot be read.
    """
    if source.is_dir():
        path = source / name
        if not path.is_file():
            raise FetchError(f"{source.name} has no {name}.")
        refuse_beyond(name, path.stat().st_size, n_bytes_max)
        return path.read_bytes()
    with open_zip(source, n_bytes_max) as opened:
        member = f"annotations/{name}"
        if member not in opened.namelist():
            raise FetchError(f"{source.name} has no {member}.")
        return opened.read(member)


def label_photos(content: bytes, name: str, foreground: Foreground) -> dict[str, str]:
    """The class of each photo by its file name: the category, or background.

    Args:
        content: COCO's annotations of instances.
        name: Of the file, for errors.
        foreground: What counts as shown.

    Raises:
        FetchError: The annotations are damaged, or do not know the category.
    """
    try:
        found = msgspec.json.decode(content, type=_Instances, strict=False)  # numbers may be text, or end in .0
        ids = [int(category.id) for category in found.categories if category.name == foreground.category]
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError) as error:
        raise FetchError(f"{name} is damaged ({shortened(str(error), 160)}).") from error
    wanted = ids[-1] if ids else None
    if wanted is None or not found.images:
        raise FetchError(f"{name} knows {len(found.images):,} photos and no category {quoted(foreground.category)}.")
    largest: dict[int, float] = {}
    for shown in found.annotations:
        if shown.category_id == wanted:
            largest[shown.image_id] = max(largest.get(shown.image_id, 0.0), shown.area)
    return {
        photo.file_name: foreground.category
        if largest.get(photo.id, 0.0) > foreground.area * photo.height * photo.width
        else BACKGROUND
        for photo in found.images
    }
