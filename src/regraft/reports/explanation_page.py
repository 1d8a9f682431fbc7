"""The page of explanations: the pictures of each image beside each other, and what its score is the sum of."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.reports.page import environment
from regraft.reports.page_record import PageRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.evaluation import Explanation


class ExplanationReport(PageRecord):
    """Explanations of some images by one classifier.

    Attributes:
        description: Of the classifier, as one line.
        n_images: Images that were explained; the page shows the first of them.
    """

    description: str = ""
    n_images: int


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


def render_explanations(
    report: ExplanationReport, explanations: Sequence[Explanation], pictures: Sequence[tuple[MapPicture, ...]]
) -> str:
    """The page as HTML.

    Args:
        report: What to say of all.
        explanations: Those to show.
        pictures: Of each of these.
    """
    shown = [PicturedExplanation(*one) for one in zip(explanations, pictures, strict=True)]
    return environment().get_template("explanations.html.j2").render(report=report, shown=shown)
