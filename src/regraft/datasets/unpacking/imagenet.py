"""ImageNet 2012 from the user's own copy: a tar of a thousand tars, a flat tar of 50,000 images, and their labels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regraft.core import FetchError, quoted, shortened

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.datasets.unpacking.members import Place

_TRAINING = re.compile(r"(?P<synset>n\d{8})/(?P<name>n\d{8}_\d+\.JPEG)", re.ASCII)
_VALIDATION = re.compile(r"(?:(?P<synset>n\d{8})/)?(?P<name>ILSVRC2012_val_(?P<number>\d{8})\.JPEG)", re.ASCII)
_SYNSET = re.compile(r"n\d{8}", re.ASCII)
_N_TEXT_BYTES_MAX = 4_000_000


def place_training(name: str) -> str | None:
    """`n01440764/n01440764_10026.JPEG`, in `train`."""
    found = _TRAINING.fullmatch(name)
    return f"train/{found['synset']}/{found['name']}" if found else None


def place_validation(labels: tuple[str, ...], file: str) -> Place:
    """Image number k of the flat list has the k-th label; images in synset folders have those.

    Args:
        labels: Synsets, in the images' order.
        file: Where they come from, for errors.

    Raises:
        FetchError: The place is asked of an image without a label.
    """

    def place(name: str) -> str | None:
        found = _VALIDATION.fullmatch(name)
        if found is None:
            return None
        number = int(found["number"])
        if not 0 < number <= len(labels):
            raise FetchError(f"{file} has {len(labels):,} labels, and none for {found['name']}.")
        return f"val/{found['synset'] or labels[number - 1]}/{found['name']}"

    return place


def read_validation_labels(path: Path) -> tuple[str, ...]:
    """One synset in each line, `n01751748`, in the order of the images' numbers.

    Raises:
        FetchError: It is something else.
    """
    labels = tuple(_read_lines(path))
    wrong = next((place for place, label in enumerate(labels) if not _SYNSET.fullmatch(label)), None)
    if wrong is not None or not labels:
        line = "it is empty" if wrong is None else f"line {wrong + 1:,} is {quoted(labels[wrong])}"
        raise FetchError(f"{path.name} is no list of synsets ({line}).")
    return labels


def read_words(path: Path) -> dict[str, str]:
    """The words for each synset: `n01440764`, a tab, `tench, Tinca tinca`.

    Raises:
        FetchError: It is something else.
    """
    words = {}
    for line in _read_lines(path):
        synset, _tab, text = line.partition("\t")
        if not _SYNSET.fullmatch(synset) or not text.strip():
            raise FetchError(f"{path.name} is no list of synsets and words (one line is {quoted(line)}).")
        words[synset] = shortened(text.strip(), 400)
    return words


def _read_lines(path: Path) -> list[str]:
    if path.stat().st_size > _N_TEXT_BYTES_MAX:
        raise FetchError(f"{path.name} is refused: it has more than {_N_TEXT_BYTES_MAX:,} bytes.")
    try:
        return path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise FetchError(f"{path.name} is no text in UTF-8.") from error
