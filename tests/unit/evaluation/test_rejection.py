"""Where the line between known and unknown is drawn elsewhere."""

from __future__ import annotations

import numpy as np

from regraft.evaluation.rejection import trace_rejection


def test_nothing_is_rejected_first_and_half_at_last():
    """Of 100 images in the order of their strangeness, the strangest are rejected first."""
    novelty = np.arange(100.0)
    points = trace_rejection(novelty, novelty < 75)
    assert [point.rejected for point in points] == [place / 100 for place in range(0, 51, 2)]
    assert (points[0].accuracy, points[-1].accuracy) == (0.75, 1.0)
    assert {point.found for point in points} == {None}


def test_strangers_are_counted_beyond_the_same_lines():
    """A stranger that looks like the most ordinary image is never found, one that looks stranger than all always."""
    points = trace_rejection(np.arange(20.0), np.ones(20, np.bool_), np.array([0.0, 15.5, 15.5, 99.0]))
    assert points[0].found == 0.25
    assert points[-1].found == 0.75


def test_few_answers_have_no_accuracy():
    """Of nine images no share is told; of twelve, as long as ten are kept."""
    assert {point.accuracy for point in trace_rejection(np.arange(9.0), np.ones(9, np.bool_))} == {None}
    kept = [point.accuracy is not None for point in trace_rejection(np.arange(12.0), np.ones(12, np.bool_))]
    assert kept == [True, True, True, False, False, False, False]


def test_equal_images_stay_on_one_side():
    """Images that look equally strange cannot be told apart: there is one point."""
    [only] = trace_rejection(np.zeros(30), np.ones(30, np.bool_))
    assert (only.rejected, only.accuracy) == (0.0, 1.0)
