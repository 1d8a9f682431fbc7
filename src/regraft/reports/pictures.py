"""Small pictures inside the page: as many as it can carry, each asked for once."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regraft.evaluation import ChangedImage, ConfusedPair, Explanation, Limits, Mistake, StrangeImage

N_PICTURED_PAIRS = 8
N_PICTURED_MISTAKES = 24
N_PICTURED_CHANGES = 12


@dataclass(frozen=True)
class PicturedMistake:
    """A mistake with its picture as a data URI; None where the picture is not available."""

    mistake: Mistake
    picture: str | None


@dataclass(frozen=True, eq=False)
class MapPicture:
    """A picture with what it shows: JPEG bytes."""

    title: str
    jpeg: bytes

    @property
    def uri(self) -> str:
        """For the page."""
        return f"data:image/jpeg;base64,{base64.b64encode(self.jpeg).decode('ascii')}"


@dataclass(frozen=True, eq=False)
class PicturedExplanation:
    """An explanation with its pictures: what the network saw, then maps."""

    explanation: Explanation
    pictures: tuple[MapPicture, ...]

    @property
    def sums(self) -> tuple[tuple[str, float, list[tuple[str, float]]], ...]:
        """Scores, each with its name and what it is the sum of."""
        parts = (self.explanation.contrast, self.explanation.own)
        return tuple((one.title, one.score, one.summands) for one in parts)


@dataclass(frozen=True)
class PicturedPair:
    """A confused pair with pictures of its examples."""

    pair: ConfusedPair
    examples: tuple[PicturedMistake, ...]


@dataclass(frozen=True)
class PicturedChange:
    """An image that two classifiers see differently, with its picture as a data URI or None."""

    change: ChangedImage
    picture: str | None


@dataclass(frozen=True)
class PicturedStranger:
    """A test image that is called unknown, and its picture as a data URI (None where it cannot be had)."""

    image: StrangeImage
    picture: str | None


class Pictures:
    """Data URIs of thumbnails, kept by path.

    Args:
        thumbnail: Gives JPEG bytes for a path, or None; without it no path has a picture.
    """

    def __init__(self, thumbnail: Callable[[str], bytes | None] | None) -> None:
        self.thumbnail = thumbnail
        self._known: dict[str, str | None] = {}

    def __bool__(self) -> bool:
        return self.thumbnail is not None

    def uri(self, path: str) -> str | None:
        """The picture of `path` as a data URI, or None."""
        if self.thumbnail is None:
            return None
        if path not in self._known:
            jpeg = self.thumbnail(path)
            encoded = None if jpeg is None else base64.b64encode(jpeg).decode("ascii")
            self._known[path] = None if encoded is None else f"data:image/jpeg;base64,{encoded}"
        return self._known[path]


def pictured_mistakes(mistakes: Sequence[Mistake], pictures: Pictures) -> tuple[PicturedMistake, ...]:
    """The surest mistakes, with pictures; not more than the page can carry."""
    return tuple(
        PicturedMistake(mistake=mistake, picture=pictures.uri(mistake.path))
        for mistake in mistakes[:N_PICTURED_MISTAKES]
    )


def pictured_pairs(pairs: Sequence[ConfusedPair], pictures: Pictures) -> tuple[PicturedPair, ...]:
    """The pairs confused most often, with pictures of their examples; not more than the page can carry."""
    return tuple(
        PicturedPair(
            pair=pair,
            examples=tuple(
                PicturedMistake(mistake=mistake, picture=pictures.uri(mistake.path)) for mistake in pair.examples
            ),
        )
        for pair in pairs[:N_PICTURED_PAIRS]
    )


def pictured_changes(changes: Sequence[ChangedImage], pictures: Pictures) -> tuple[PicturedChange, ...]:
    """The first of the changed images, with pictures; not more than the page can carry."""
    return tuple(PicturedChange(change, pictures.uri(change.path)) for change in changes[:N_PICTURED_CHANGES])


def pictured_strangers(limits: Limits, pictures: Pictures) -> tuple[PicturedStranger, ...]:
    """The test images that are called unknown, with pictures."""
    return tuple(PicturedStranger(image, pictures.uri(image.path)) for image in limits.strangest)
