from __future__ import annotations

import pytest
from pydantic import ValidationError

from regraft.reports import LeftOutFile, Notice, RegularisationPath, Report, Stage, StrengthCurve, Table


def test_a_full_report_survives_json(make_predictions, make_report):
    """Every part of a report is the same after a round trip through JSON."""
    report = make_report(
        make_predictions(),
        description="all of it",
        notices=(Notice(severity="warning", message="Look.", examples=("a",)),),
        regularisation=RegularisationPath(
            curves=(StrengthCurve(normalisation="l2", strengths=(1.0,), means=(0.5,), stds=(0.1,)),),
            chosen_normalisation="l2",
            chosen_strength=1.0,
        ),
        data_facts={"Images": 3, "Source": "here", "Share": 0.5, "Groups": None},
        data_tables=(Table(title="t", columns=("a", "b"), rows=(("x", 1), ("y", None))),),
        left_out=(LeftOutFile(path="p", reason="empty", detail="no bytes"),),
        stages=(Stage(name="features", seconds=2.0, n_images=10),),
        options={"seed": 0, "list": [1, None], "name": None},
        versions={"regraft": "1"},
        reproduce="regraft probe x",
    )
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_throughput_is_given_where_it_has_a_meaning():
    """Images a second need images and time."""
    assert Stage(name="s", seconds=2, n_images=10).images_per_second == 5
    assert Stage(name="s", seconds=2).images_per_second is None
    assert Stage(name="s", seconds=0, n_images=10).images_per_second is None


def test_a_report_refuses_what_it_does_not_know(make_predictions, make_report):
    """A misspelt part is an error, not a part that is missing from the page."""
    with pytest.raises(ValidationError, match="titel"):
        make_report(make_predictions(), titel="x")
