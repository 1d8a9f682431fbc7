"""The files of explanations: for each image a JSON and a PNG, and one page with the first of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import printable
from regraft.experiments.run_folders import folder_name
from regraft.images import encode_jpeg, encode_strip, enlarge, tint_cells
from regraft.reports import MapPicture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.evaluation import Cells, Explanation
    from regraft.experiments.explanations import Explained

N_ON_PAGE = 50
_PAGE_PIXELS = 224


@dataclass(eq=False)
class ExplanationFiles:
    """Writes them, one image after the other.

    Attributes:
        folder: Where to; it exists.
        pictures: Those of the images on the page.
    """

    folder: Path
    pictures: list[tuple[MapPicture, ...]] = field(default_factory=list)
    _n_written: int = 0

    def add(self, explained: Explained) -> None:
        """Write the files of one image.

        Raises:
            OSError: They cannot be written.
        """
        self._n_written += 1
        explanation = explained.explanation
        name = f"{self._n_written:04d}-{folder_name(Path(printable(explanation.path)).stem)[:80]}"
        (self.folder / f"{name}.json").write_text(explanation.model_dump_json(indent=1) + "\n", encoding="utf-8")
        pixels = explained.pixels
        tinted = (tint_cells(pixels, cells) for _title, cells in maps_of(explanation))
        (self.folder / f"{name}.png").write_bytes(encode_strip([enlarge(pixels), *tinted]))
        if len(self.pictures) < N_ON_PAGE:
            self.pictures.append(page_pictures(explained))


def page_pictures(explained: Explained) -> tuple[MapPicture, ...]:
    """What a network saw of an image, and its maps, as a page shows them."""
    pixels = enlarge(explained.pixels, side=_PAGE_PIXELS)
    maps = maps_of(explained.explanation)
    tinted = ((title, tint_cells(pixels, cells, side=_PAGE_PIXELS)) for title, cells in maps)
    shown = ("as the network sees it", pixels), *tinted
    return tuple(MapPicture(title, encode_jpeg(picture)) for title, picture in shown)


def contrast_pictures(explained: Explained) -> tuple[MapPicture, ...]:
    """What a network saw of an image, and what speaks for the class that was said rather than for another."""
    n_maps = len(explained.explanation.contrast.maps)
    return page_pictures(explained)[: 1 + n_maps]


def maps_of(explanation: Explanation) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """All maps of an explanation with what they show: against the other class, for the class, by covering cells."""
    for parts in (explanation.contrast, explanation.own):
        for one in parts.maps:
            by = f", by {one.network}" if len(parts.maps) > 1 else ""
            yield f"for {parts.title}{by}", _array(one.cells)
    if (found := explanation.occlusion) is not None:
        yield f"covering cells: {found.label} rather than {found.against}", _array(found.cells)


def _array(cells: Cells) -> NDArray[np.float64]:
    return np.array(cells, np.float64)
