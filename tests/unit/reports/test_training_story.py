from __future__ import annotations

import base64

import pytest
from pydantic import ValidationError

from regraft.reports import RateSchedule, Report, TrainingCurve, TrainingStory


def test_a_report_with_a_training_survives_json(make_predictions, make_report, make_training):
    """Every part of a training is the same after a round trip through JSON."""
    report = make_report(make_predictions(), training=make_training())
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_a_report_from_before_trainings_can_be_read(make_predictions, make_report):
    """JSON that does not name a training is a report without one."""
    report = make_report(make_predictions())
    text = report.model_dump_json(exclude={"training"})
    assert "training" not in Report.model_validate_json(text).model_fields_set
    assert Report.model_validate_json(text).training is None


def test_a_series_fits_its_epochs():
    """A value for each epoch, or none at all."""
    assert TrainingCurve(name="a", epochs=(1, 2), validation_loss=(0.5, None)).train_loss == ()
    with pytest.raises(ValidationError, match="train_loss has 1 values for 2 epochs"):
        TrainingCurve(name="a", epochs=(1, 2), train_loss=(0.5,))
    with pytest.raises(ValidationError, match="1 factors for 2 steps"):
        RateSchedule(steps=(0, 1), factors=(1.0,))


@pytest.mark.parametrize(
    ("sheet", "reason"), [("not base64!", "not base64"), (base64.b64encode(b"<svg>").decode(), "no JPEG")]
)
def test_a_contact_sheet_is_a_jpeg(sheet, reason):
    """What is no picture never reaches the page."""
    with pytest.raises(ValidationError, match=reason):
        TrainingStory(augmented=sheet)
