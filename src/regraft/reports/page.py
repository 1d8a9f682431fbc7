"""`report.html`: one file that needs nothing else, runs no script, and shows hostile names as text."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from regraft.reports.charts import chart_path, chart_rejection, chart_reliability
from regraft.reports.feature_map_view import view_feature_map
from regraft.reports.matrix_view import view_matrix, worst_first
from regraft.reports.pictures import Pictures, pictured_mistakes, pictured_pairs, pictured_strangers
from regraft.reports.training_view import view_training
from regraft.reports.wording import FILTERS, show_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jinja2 import Environment

    from regraft.reports.pictures import PicturedExplanation
    from regraft.reports.report import Report

N_CLASS_ROWS = 25
N_PAIR_ROWS = 200
N_SLICE_ROWS = 10
N_LEFT_OUT_ROWS = 200


def render_page(
    report: Report,
    *,
    thumbnail: Callable[[str], bytes | None] | None = None,
    explained: Sequence[PicturedExplanation] = (),
) -> str:
    """The page of a report as HTML.

    Args:
        report: What to show.
        thumbnail: Gives the JPEG bytes of a small picture for an image's path, or None where it cannot be had.
        explained: Some of the mistakes, with maps.
    """
    assessment = report.assessment
    pictures = Pictures(thumbnail)
    order = worst_first(assessment)
    context = {
        "report": report,
        "json_name": "report.json",
        "assessment": assessment,
        "sections": _sections(report),
        "matrix": view_matrix(assessment),
        "pairs": pictured_pairs(assessment.confused, pictures),
        "mistakes": pictured_mistakes(assessment.mistakes, pictures),
        "has_pictures": bool(pictures),
        "explained": explained,
        "strangest": () if report.limits is None else pictured_strangers(report.limits, pictures),
        "rejection": None if report.limits is None else chart_rejection(report.limits),
        "feature_map": None if report.feature_map is None else view_feature_map(report.feature_map, pictures),
        "classes": [assessment.classes[place] for place in order],
        "reliability": chart_reliability(assessment.reliability),
        "path": None if report.regularisation is None else chart_path(report.regularisation),
        "view": None if report.training is None else view_training(report.training, pictures),
        "n_class_rows": N_CLASS_ROWS,
        "n_pair_rows": N_PAIR_ROWS,
        "n_slice_rows": N_SLICE_ROWS,
        "n_left_out_rows": N_LEFT_OUT_ROWS,
        "guessing_loss": math.log(assessment.n_classes),
        "seconds_total": sum(stage.seconds for stage in report.stages),
    }
    return environment().get_template("report.html.j2").render(context)


def _sections(report: Report) -> dict[str, str]:
    """The sections that this report has: anchor -> heading."""
    assessment = report.assessment
    sections = {
        "result": ("Result", True),
        "notices": ("Keep in mind", bool(report.notices or assessment.caveats)),
        "confusion": ("What was taken for what", True),
        "pairs": ("Confused pairs", bool(assessment.confused)),
        "mistakes": ("The surest mistakes", bool(assessment.mistakes)),
        "classes": ("Class by class", True),
        "map": ("Where the images lie", report.feature_map is not None),
        "slices": ("Parts of the images", report.slices is not None),
        "calibration": ("Is its confidence justified?", True),
        "limits": ("What it knows of its limits", report.limits is not None),
        "regularisation": (
            "How networks and head were chosen" if report.choice_table else "How the head was chosen",
            report.regularisation is not None,
        ),
        "training": ("Training", report.training is not None),
        "data": ("Data", bool(report.data_facts or report.data_tables)),
        "left-out": ("Files left out", bool(report.left_out)),
        "times": ("Times", bool(report.stages)),
        "options": ("Options and versions", bool(report.options or report.versions)),
        "reproduce": ("Do it again", bool(report.reproduce)),
    }
    return {anchor: heading for anchor, (heading, is_there) in sections.items() if is_there}


@cache
def environment() -> Environment:
    """Templates and filters of all pages; everything that is printed is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("regraft.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=show_unseen,
    )
    made.filters |= {filter_.__name__: filter_ for filter_ in FILTERS}
    return made
