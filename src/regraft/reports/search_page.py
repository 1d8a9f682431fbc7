"""The page of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.evaluation import setting_text
from regraft.reports.page import environment
from regraft.reports.search_charts import chart_parallel, chart_slices

if TYPE_CHECKING:
    from regraft.evaluation import Search


def render_search(search: Search) -> str:
    """The page of a search as HTML."""
    context = {
        "search": search,
        "parallel": chart_parallel(search),
        "slices": chart_slices(search),
        "text": setting_text,
    }
    return environment().get_template("search.html.j2").render(context)
