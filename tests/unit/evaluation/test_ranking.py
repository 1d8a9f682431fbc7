from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest

from regraft.evaluation import Comparison, Contestant, Costs, Predictions, assess, rank
from regraft.reports import render_comparison, write_comparison
from regraft.reports.comparison_page import chart_front

TIME = "2025-01-02T03:04:05+00:00"


def make_contestant(name, n_wrong, *, n=200, milliseconds=1.0, folder="", group_size=None, first_wrong=0):
    """A classifier of two classes that is wrong on `n_wrong` images from `first_wrong` on."""
    labels = np.arange(n) % 2
    answers = labels.copy()
    answers[first_wrong : first_wrong + n_wrong] ^= 1
    predictions = Predictions(
        paths=tuple(f"{row}.jpg" for row in range(n)),
        labels=labels,
        probabilities=np.where(np.arange(2) == answers[:, None], 0.9, 0.1),
        class_names=("a", "b"),
        groups=None if group_size is None else tuple(str(row // group_size) for row in range(n)),
    )
    costs = Costs(milliseconds=milliseconds, n_parameters=1_000_000, n_bytes=4_000_000)
    backbone, head = name.split(" + ")
    return Contestant(name, backbone, head, predictions, assess(predictions, train_counts=[n, n]), costs, folder)


def compared(*contestants):
    return rank(contestants, title="photos", created=TIME)


def test_the_most_accurate_is_first_and_equals_by_speed():
    """Ties go to the faster, and each difference is to the best."""
    found = compared(
        make_contestant("slow + svm", 10, milliseconds=9),
        make_contestant("poor + svm", 60, milliseconds=1),
        make_contestant("quick + svm", 10, milliseconds=3),
    )
    assert [one.name for one in found.candidates] == ["quick + svm", "slow + svm", "poor + svm"]
    assert found.best.difference is None
    assert found.candidates[2].difference.value == pytest.approx(-0.25)
    assert [one.is_distinct for one in found.candidates] == [False, False, True]
    assert [one.on_front for one in found.candidates] == [True, False, True]
    assert [one.name for one in found.equals] == ["slow + svm"]


def test_the_p_values_are_adjusted_for_their_number():
    """The same difference counts less among many."""
    pair = compared(make_contestant("a + svm", 10), make_contestant("b + svm", 20))
    crowd = compared(
        make_contestant("a + svm", 10),
        *(make_contestant(f"b{number} + svm", 20, first_wrong=number) for number in range(5)),
    )
    assert crowd.candidates[1].p_adjusted > pair.candidates[1].p_adjusted


def test_groups_count_and_not_images():
    """Twenty images of one object are one piece of evidence."""
    alone = compared(make_contestant("a + svm", 0), make_contestant("b + svm", 20))
    grouped = compared(make_contestant("a + svm", 0, group_size=20), make_contestant("b + svm", 20, group_size=20))
    assert grouped.n_groups == 10
    assert alone.candidates[1].is_distinct
    assert not grouped.candidates[1].is_distinct


def test_the_sentence_says_what_to_take():
    """One alone, clear winners, and a faster one that may be as good."""
    best = make_contestant("big + svm", 10, milliseconds=30)
    assert compared(best).sentence.startswith("Best on 200 images: big + svm, right 95.0 % of the time (95 % interval")
    assert "by more than chance" in compared(best, make_contestant("poor + svm", 90)).sentence
    sentence = compared(
        best, make_contestant("small + svm", 12, milliseconds=10), make_contestant("p + svm", 90)
    ).sentence
    assert "1 of 2 others cannot be told apart from it, of which small + svm is 3.0 times as fast" in sentence
    assert not compared(best).caveats
    assert "picked by its result" in compared(best, make_contestant("p + svm", 90)).caveats[-1]


def test_only_the_same_images_can_be_compared():
    """Neither nothing nor different images."""
    with pytest.raises(ValueError, match="same images"):
        compared()
    with pytest.raises(ValueError, match="same images"):
        compared(make_contestant("a + svm", 1), make_contestant("b + svm", 1, n=199))


def test_the_page_shows_every_candidate_and_escapes_hostile_names(tmp_path):
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


def test_equal_times_make_no_zigzag():
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
def test_numbers_do_not_cover_each_other(n_contestants):
    """However crowded the chart is, each number has a place of its own and stands within the drawing."""
    found = compared(
        *(make_contestant(f"{row} + svm", 5 + row % 2, milliseconds=20 + row // 3) for row in range(n_contestants))
    )
    labels = [mark.label for mark in chart_front(found).marks]
    assert [label.text for label in labels] == [str(row + 1) for row in range(n_contestants)]
    for one, other in combinations(labels, 2):
        assert abs(one.y - other.y) >= 11 or abs(one.x - other.x) >= 3.75 * len(one.text + other.text)
    assert all(0 < label.x < 420 and 8 < label.y < 280 for label in labels)


def test_no_axis_goes_beyond_100_percent():
    """Accuracies near 100 % have ticks up to 100 and none above."""
    chart = chart_front(compared(make_contestant("a + svm", 0), make_contestant("b + svm", 1)))
    assert chart.plot.y.ticks[-1].label == "100"
