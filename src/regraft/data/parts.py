"""Parts of a data set for several processes: neighbours stay together, and together they are all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regraft.data.files import reading_order

if TYPE_CHECKING:
    from regraft.data.manifest import Manifest

_WRITTEN = re.compile(r"([1-9][0-9]{0,6})/([1-9][0-9]{0,6})")


def parse_part(text: str) -> tuple[int, int]:
    """The i and n of `i/n`.

    Raises:
        ValueError: It is written otherwise, or there is no such part.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None or int(found[1]) > int(found[2]):
        raise ValueError("it should be I/N, with I from 1 to N: 2/8 is the second of eight parts")
    return int(found[1]), int(found[2])


def select_part(manifest: Manifest, part: str) -> Manifest:
    """One of n parts of the images, as large as the others, give or take one, and read from one end to the other.

    The parts depend on the list of images alone: whoever lists the same images gets the same parts.

    Args:
        manifest: All of the images.
        part: Which, as `i/n`.

    Raises:
        ValueError: As `parse_part`.
    """
    number, n_parts = parse_part(part)
    n_images = len(manifest)
    rows = reading_order(manifest.files())[n_images * (number - 1) // n_parts : n_images * number // n_parts]
    return manifest.select(rows)
