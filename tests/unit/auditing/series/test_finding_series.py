"""Series as findings for a person."""

from __future__ import annotations

import re

from regraft.auditing import find_series, measure_series


def test_a_series_is_a_warning_with_its_numbers(draw_objects):
    """Both accuracies, the interval of their difference, the cause and the option stand in the finding."""
    (finding,) = find_series(draw_objects(noise=0.2))
    assert (finding.kind, finding.code, finding.severity, finding.certainty) == (
        "groups",
        "series_in_order",
        "warning",
        "likely",
    )
    assert re.fullmatch(
        r"Neighbouring files are alike beyond their class, as images of a series are: a random split gets [\d.]+ % "
        r"right, one that keeps each \d+ neighbouring files together [\d.]+ % \([\d.]+ points less, 95 % "
        r"interval [\d.]+ to [\d.]+\)\.",
        finding.message,
    )
    assert "of the neighbours have one label" in finding.cause
    assert "--group-by order:" in finding.advice
    assert finding.evidence["accuracy_random"] > finding.evidence["accuracy_together"]
    assert finding.evidence["repeats"] == 3


def test_images_of_a_track_are_shown_side_by_side(draw_objects):
    """Each case shows images of one object, up to four, the most alike objects first."""
    images = draw_objects(noise=0.2, name="{label}/{object:03d}_{view}.png")
    gap = measure_series(images)
    (finding,) = find_series(images, gap)
    assert finding.code == "tracks_in_names"
    assert finding.n == 60
    assert len(finding.cases) == 60
    for case in finding.cases:
        assert len({path.partition("_")[0] for path in case.paths}) == 1
        assert 2 <= len(case.paths) <= 4
        assert case.note == "5 images of this group"
    scores = [case.score for case in finding.cases]
    assert scores == sorted(scores, reverse=True)


def test_no_series_is_no_finding(draw_objects):
    """Images that stand by themselves raise no alarm."""
    assert find_series(draw_objects(n_objects=300, n_views=1)) == ()


def test_order_that_costs_nothing_is_no_finding(draw_objects):
    """Neighbours that are alike are not worth a word where a random split promises nothing too much."""
    images = draw_objects(noise=0.2)
    gap = measure_series(images)
    harmless = gap.model_copy(update={"together": gap.random, "drop": 0.001, "drop_low": 0.0005, "drop_high": 0.0015})
    assert find_series(images, harmless) == ()
    (noted,) = find_series(images, harmless.model_copy(update={"kind": "names", "expression": "(.)"}))
    assert noted.severity == "note"
