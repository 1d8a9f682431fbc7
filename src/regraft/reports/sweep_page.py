"""The page of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.reports.page import environment
from regraft.reports.sweep import setting_text
from regraft.reports.sweep_charts import chart_parallel, chart_slices

if TYPE_CHECKING:
    from regraft.reports.sweep import Sweep


def render_sweep(sweep: Sweep) -> str:
    """The page of a sweep as HTML."""
    context = {
        "sweep": sweep,
        "parallel": chart_parallel(sweep),
        "slices": chart_slices(sweep),
        "text": setting_text,
    }
    return environment().get_template("sweep.html.j2").render(context)
