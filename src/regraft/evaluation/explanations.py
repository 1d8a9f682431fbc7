"""Why a classifier says what it says of an image: what of its score comes from where."""

from __future__ import annotations

from regraft.core import Value

Cells = tuple[tuple[float, ...], ...]
"""Rows of cells of an image as its network sees it, from the top and the left."""


class CellMap(Value):
    """What each cell of an image adds to a score, through one of the classifier's networks."""

    network: str
    cells: Cells

    @property
    def total(self) -> float:
        """What all cells add."""
        return sum(map(sum, self.cells))


class ScoreParts(Value):
    """What a score is the sum of: all cells of all maps, `bias`, `unlocated` and `rounding`.

    Attributes:
        label: The class whose score it is.
        against: The class whose score is subtracted; None for the mean of all others, each as probable as it is.
        score: The sum, before probabilities are made of it.
        maps: One for each network whose features can be located.
        bias: What is the same for every image.
        unlocated: What features add of which it is not known where they come from.
        rounding: The error of the network's arithmetic.
    """

    label: str
    against: str | None = None
    score: float
    maps: tuple[CellMap, ...]
    bias: float
    unlocated: float
    rounding: float

    @property
    def title(self) -> str:
        """`blue rather than red`."""
        return f"{self.label} rather than {'the others' if self.against is None else self.against}"

    @property
    def summands(self) -> list[tuple[str, float]]:
        """What the score is the sum of, each with its name; what is exactly 0 is left out."""
        named = [(f"cells of {one.network}", one.total) for one in self.maps]
        others = [("bias", self.bias), ("without a place", self.unlocated), ("rounding", self.rounding)]
        return named + [one for one in others if one[1]]


class Occlusion(Value):
    """How much lower a difference of scores is when a cell is covered with the image's mean colour.

    Attributes:
        label: The class whose score it is.
        against: The class whose score is subtracted.
        cells: The drop by each cell.
    """

    label: str
    against: str
    cells: Cells


class Neighbour(Value):
    """A training image that is like another image: the cosine between their features is `similarity`."""

    path: str
    label: str
    similarity: float


class Explanation(Value):
    """Why a classifier says of an image what it says.

    Attributes:
        path: The image; `image 3` for one that was given in memory.
        label: The most probable class.
        probability: Its probability.
        runner_up: What it is compared with: the second class, or the true one of a mistake.
        runner_up_probability: Of that class.
        unknown: Whether the image looks like none of the classes; None where the classifier cannot tell.
        own: The score of the class less the mean of all others, in which each counts by how probable it is.
        contrast: The score of the class less that of `runner_up`.
        occlusion: The same difference, by covering cells; None where it was not measured.
        neighbours: The most similar training images, the nearest first; none where they are not known.
    """

    path: str
    label: str
    probability: float
    runner_up: str
    runner_up_probability: float
    unknown: bool | None = None
    own: ScoreParts
    contrast: ScoreParts
    occlusion: Occlusion | None = None
    neighbours: tuple[Neighbour, ...] = ()

    @property
    def strongest(self) -> tuple[str, ...]:
        """For each map of the contrast, where its strongest cell is: `row 3 of 7, column 2`."""
        return tuple(_strongest(one.cells) for one in self.contrast.maps)


def _strongest(cells: Cells) -> str:
    places = [(row, column) for row in range(len(cells)) for column in range(len(cells[row]))]
    row, column = max(places, key=lambda place: cells[place[0]][place[1]])
    return f"row {row + 1} of {len(cells)}, column {column + 1}"
