"""The page of explanations: the pictures of each image beside each other, and what its score is the sum of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.reports.page import environment
from regraft.reports.page_record import PageRecord
from regraft.reports.pictures import MapPicture, PicturedExplanation

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
