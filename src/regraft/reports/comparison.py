"""The comparison of a run: a ranking, and what its page tells besides."""

from __future__ import annotations

from regraft.evaluation import Ranking
from regraft.reports.page_record import PageRecord


class Comparison(Ranking, PageRecord):
    """Classifiers measured on the same images. `comparison.json` is this value; `report.html` shows it."""
