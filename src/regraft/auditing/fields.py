"""What an image's look says of its file and of its picture, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regraft.auditing.cells import cells_of_numbers, cells_of_values, n_cells_for
from regraft.core import as_read, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FieldOrigin = Literal["file", "picture"]
_DETAIL = ("sharpness", "contrast", "brightness", "colour")
_LIGHT = ("brightness", "colour")


@dataclass(frozen=True, eq=False)
class Field:
    """One thing that is known of every image, as cells.

    Attributes:
        name: Its name in evidence.
        words: What it is, in a sentence: "the file format".
        origin: A property of the file, which says nothing of what the image shows; or of the picture.
        cells: (n,) int64, 0, 1, ...
        values: (n,) what a person would read: texts, or numbers.
        unit: Of the numbers, with a space before it.
        stands_for: Names of the picture's fields that may be what this one tells: a file with much detail is large.
    """

    name: str
    words: str
    origin: FieldOrigin
    cells: NDArray[np.int64]
    values: NDArray[Any]
    unit: str = ""
    stands_for: tuple[str, ...] = ()

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.cells.max()) + 1


def look_fields(looks: NDArray[Any], n_units: int) -> tuple[Field, ...]:
    """The fields in which some images differ.

    Args:
        looks: (n,) of `regraft.data.LOOK`.
        n_units: Independent images among them: they decide how fine the cells are.
    """
    n_cells = n_cells_for(n_units)
    fields: dict[bytes, Field] = {}  # by their cells: of grey images the colour says no more than the brightness
    for field in (*_picture_fields(looks, n_cells), *_file_fields(looks, n_cells)):
        if field.cells.any():
            fields.setdefault(field.cells.tobytes(), field)
    return tuple(fields.values())


def _file_fields(looks: NDArray[Any], n_cells: int) -> Iterator[Field]:
    width, height, n_bytes = (np.maximum(looks[name].astype(np.float64), 1) for name in ("width", "height", "n_bytes"))
    n_pixels = width * height
    texts = {
        "format": ("the file format", _formats(looks)),
        "camera": ("the camera's name", looks["camera"]),
        "software": ("the software's name in the file", looks["software"]),
        "day": ("the day on which it was taken", np.char.ljust(looks["taken"], 10).astype("S10")),
        "dated": ("whether the file has a date", np.where(looks["taken"] == b"", "without a date", "with a date")),
        "placed": ("whether the file has a place (GPS)", np.where(looks["has_place"], "with GPS", "without GPS")),
        "orientation": ("how the camera was held (EXIF)", looks["orientation"].astype(str)),
    }
    for name, (words, values) in texts.items():
        yield Field(name, words, "file", cells_of_values(values, n_cells), values)
    size_origin: FieldOrigin = "file" if _are_few(width * 2**20 + height) else "picture"
    numbers: dict[str, tuple[str, FieldOrigin, NDArray[np.float64], str, tuple[str, ...]]] = {
        "pixels": ("the image's size", size_origin, np.sqrt(n_pixels), " pixels (root of width x height)", ()),
        "aspect": ("the ratio of width to height", size_origin, width / height, "", ()),
        "bytes": ("the size of the file", "file", n_bytes, " bytes", _DETAIL),
        "compression": ("the bytes for each pixel", "file", n_bytes / n_pixels, " bytes", _DETAIL),
    }
    for name, (words, origin, values, unit, stands_for) in numbers.items():
        cells = cells_of_numbers(np.log(values)[:, None], n_cells)
        yield Field(name, words, origin, cells, values, unit, stands_for)
    border = looks["border"].astype(np.float64)
    cells = cells_of_numbers(border, n_cells)
    yield Field("border", "the colour of the border", "file", cells, border.mean(axis=1), " of 255", _LIGHT)


def _are_few(values: NDArray[Any]) -> bool:
    """Whether ten values are those of half of the images: as cameras make them, and not as things were cut out."""
    counts = np.unique(values, return_counts=True)[1]
    return int(np.sort(counts)[-10:].sum()) >= len(values) / 2


def _picture_fields(looks: NDArray[Any], n_cells: int) -> Iterator[Field]:
    numbers = {
        "brightness": ("the mean brightness", " of 255"),
        "contrast": ("the contrast", " of 255"),
        "sharpness": ("the sharpness", ""),
    }
    for name, (words, unit) in numbers.items():
        values = looks[name].astype(np.float64)
        yield Field(name, words, "picture", cells_of_numbers(np.log1p(values)[:, None], n_cells), values, unit)
    colour = looks["colour"].astype(np.float64)
    cells = cells_of_numbers(colour, n_cells)
    yield Field("colour", "the mean colour", "picture", cells, colour.mean(axis=1), " of 255")


def _formats(looks: NDArray[Any]) -> NDArray[np.str_]:
    """`JPEG`, `PNG, grey`, `PNG, with opacity`."""
    text = np.char.decode(looks["format"], "utf-8")
    text = np.char.add(text, np.where(looks["is_grey"], ", grey", ""))
    found: NDArray[np.str_] = np.char.add(text, np.where(looks["has_opacity"], ", with opacity", ""))
    return found


def describe_difference(field: Field, inside: NDArray[np.bool_], name: str, other_name: str) -> str:
    """`'PNG' in 412 of 420 images of cats, in 2 of 900 of the others`; for numbers the middle half of both.

    Args:
        field: A field of n images.
        inside: (n,) the images that are told from the others.
        name: What they are.
        other_name: What the others are.
    """
    here, there = field.values[inside], field.values[~inside]
    if np.issubdtype(field.values.dtype, np.number):
        ranges = [np.quantile(part.astype(np.float64), (0.25, 0.75)) for part in (here, there)]
        texts = [f"{as_read(low)} to {as_read(high)}" for low, high in ranges]
        return f"half of {name} lies at {texts[0]}{field.unit}, half of {other_name} at {texts[1]}"
    values, codes = np.unique(field.values, return_inverse=True)
    n_here, n_there = (np.bincount(codes[part], minlength=len(values)) for part in (inside, ~inside))
    best = int(np.argmax(n_here / max(len(here), 1) - n_there / max(len(there), 1)))
    value = quoted(as_read(values[best])) if values[best] else "nothing"
    shares = [
        f"{n[best]:,} of {len(part):,} of {who}"
        for n, part, who in ((n_here, here, name), (n_there, there, other_name))
    ]
    return f"{value} in {shares[0]}, in {shares[1]}"
