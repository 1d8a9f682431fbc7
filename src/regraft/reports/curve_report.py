"""What a learning curve tells, as one value: `curve.json` is this, `curve.html` shows it."""

from __future__ import annotations

from regraft.auditing import LearningCurve
from regraft.reports.page_record import PageRecord
from regraft.reports.report import Stage


class CurveReport(PageRecord):
    """A learning curve and how it was measured.

    Attributes:
        description: What was looked at, as one line.
        curve: What was measured and forecast.
        n_images: Readable, labelled images.
        stages: Times.
    """

    description: str = ""
    curve: LearningCurve
    n_images: int
    stages: tuple[Stage, ...] = ()
