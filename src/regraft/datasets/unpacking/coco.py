"""Visual wake words: COCO's boxes turned into one question for each photo. Is there a person in it?

The rule is TF-Slim's (`download_and_convert_visualwakewords_lib.py`; Chowdhery et al. 2019, arXiv:1906.05721): a photo
shows the category if one object of it has an `area` of more than 0.5 % of the photo. COCO's `area` is that of the
object's outline, which is smaller than its box.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from pydantic import Field

from regraft.core import FetchError, Options, Registry, quoted, shortened
from regraft.datasets.unpacking.json_arrays import read_arrays
from regraft.datasets.unpacking.zip_archives import open_zip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CATEGORIES = """
    person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign,
    parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella,
    handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard,
    surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange,
    broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop,
    mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors,
    teddy bear, hair drier, toothbrush
"""
COCO_CATEGORIES: Registry[str] = Registry(
    "category of COCO", {name.strip(): name.strip() for name in _CATEGORIES.split(",")}
)
"""The 80 kinds of things in COCO's photos of 2014 and 2017."""
BACKGROUND = "background"
_FILE_NAME = re.compile(r"\w[\w.-]*\.jpg", re.ASCII)


class Foreground(Options):
    """What counts as shown.

    Attributes:
        category: One of COCO's.
        area: Part of the photo's area that an object must exceed.
    """

    category: str = "person"
    area: float = Field(0.005, ge=0, lt=1)


@contextmanager
def open_annotations(source: Path, name: str, n_bytes_max: int) -> Iterator[IO[str]]:
    """A file of annotations, as text.

    Args:
        source: COCO's zip file, or its folder `annotations`.
        name: Of the file, for example `instances_val2017.json`.
        n_bytes_max: A zip file of more bytes, unpacked, is refused.

    Raises:
        FetchError: It is not there, or damaged.
        OSError: It cannot be read.
    """
    if source.is_dir():
        if not (source / name).is_file():
            raise FetchError(f"{source.name} has no {name}.")
        with (source / name).open(encoding="utf-8") as text:
            yield text
        return
    with open_zip(source, n_bytes_max) as opened:
        member = f"annotations/{name}"
        if member not in opened.namelist():
            raise FetchError(f"{source.name} has no {member}.")
        with opened.open(member) as file, io.TextIOWrapper(file, encoding="utf-8") as text:
            yield text


def label_photos(file: IO[str], name: str, foreground: Foreground) -> dict[str, str]:
    """The class of each photo by its file name: the category, or background.

    Args:
        file: COCO's annotations of instances; read as a stream.
        name: Of the file, for errors.
        foreground: What counts as shown.

    Raises:
        FetchError: The annotations are damaged, or do not know the category.
    """
    photos: dict[int, tuple[str, float]] = {}
    largest: dict[tuple[int, int], float] = {}
    wanted = None
    try:
        for key, element in read_arrays(file):
            if key == "images":
                photos[int(element["id"])] = (_plain(element["file_name"]), element["height"] * element["width"])
            elif key == "annotations":
                which = int(element["image_id"]), int(element["category_id"])
                largest[which] = max(largest.get(which, 0.0), float(element["area"]))
            elif key == "categories" and element["name"] == foreground.category:
                wanted = int(element["id"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FetchError(f"{name} is damaged ({shortened(str(error), 160)}).") from error
    if wanted is None or not photos:
        raise FetchError(f"{name} knows {len(photos):,} photos and no category {quoted(foreground.category)}.")
    return {
        file_name: foreground.category if largest.get((photo, wanted), 0.0) > foreground.area * n_pixels else BACKGROUND
        for photo, (file_name, n_pixels) in photos.items()
    }


def _plain(name: Any) -> str:
    if not isinstance(name, str) or not _FILE_NAME.fullmatch(name):
        raise ValueError(f"{quoted(name)} is no name of a photo")
    return name
