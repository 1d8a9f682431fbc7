"""What the page of a comparison shows, and where the marks of its chart lie."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest

from regraft.evaluation import rank
from regraft.reports import Comparison, write_comparison
from regraft.reports.comparison_page import chart_front, render_comparison


def compared(*contestants):
    """A comparison of these."""
    return Comparison(**dict(rank(contestants)), title="photos", created="2025-01-02T03:04:05+00:00")


def test_the_page_shows_every_candidate_and_escapes_hostile_names(make_contestant, tmp_path):
    """Numbers, links and marks are there; names are text, nothing runs."""
    hostile = "<script>alert(1)</script> + svm"
    found = compared(
        make_contestant("good + softmax", 5, milliseconds=20, folder="good-softmax"),
        make_contestant(hostile, 9, milliseconds=20, folder="a b&c"),
        make_contestant("third + svm", 30, milliseconds=5),
    )
    json_path, html_path = write_comparison(found, tmp_path)
    assert Comparison.model_validate_json(json_path.read_text()) == found
    page = html_path.read_text()
    assert page == render_comparison(found)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert 'href="good-softmax/report.html"' in page
    assert 'href="a%20b%26c/report.html"' in page
    assert page.count("<circle") == 3
    assert found.sentence.split(":")[0] in page
    front = re.search(r'class="curve curve-0" points="([^"]*)"', page).group(1).split()
    places = [tuple(map(float, point.split(","))) for point in front]
    assert len(places) == 3
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(places))


def test_equal_times_make_no_zigzag(make_contestant):
    """Candidates of one time are drawn beside each other, and the front passes through their time once."""
    found = compared(
        make_contestant("a + softmax", 5, milliseconds=20),
        make_contestant("a + svm", 5, milliseconds=20),
        make_contestant("b + svm", 5, milliseconds=20),
        make_contestant("c + svm", 30, milliseconds=5),
    )
    chart = chart_front(found)
    assert len({mark.x for mark in chart.marks}) == 4
    places = [tuple(map(float, point.split(","))) for point in chart.front.split()]
    assert places == sorted(places, key=lambda place: (place[0], -place[1]))
    assert len({x for x, _y in places}) == 2


@pytest.mark.parametrize("n_contestants", [2, 14])
def test_numbers_do_not_cover_each_other(make_contestant, n_contestants):
    """However crowded the chart is, each number has a place of its own and stands within the drawing."""
    found = compared(
        *(make_contestant(f"{row} + svm", 5 + row % 2, milliseconds=20 + row // 3) for row in range(n_contestants))
    )
    labels = [mark.label for mark in chart_front(found).marks]
    assert [label.text for label in labels] == [str(row + 1) for row in range(n_contestants)]
    for one, other in combinations(labels, 2):
        assert abs(one.y - other.y) >= 11 or abs(one.x - other.x) >= 3.75 * len(one.text + other.text)
    assert all(0 < label.x < 420 and 8 < label.y < 280 for label in labels)


def test_no_axis_goes_beyond_100_percent(make_contestant):
    """Accuracies near 100 % have ticks up to 100 and none above."""
    chart = chart_front(compared(make_contestant("a + svm", 0), make_contestant("b + svm", 1)))
    assert chart.plot.y.ticks[-1].label == "100"
