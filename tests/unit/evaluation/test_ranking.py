"""Which of several classifiers is best, and which differences are more than chance."""

from __future__ import annotations

import pytest

from regraft.evaluation import rank


def ranked(*contestants):
    """The ranking of these."""
    return rank(contestants)


def test_the_most_accurate_is_first_and_equals_by_speed(make_contestant):
    """Ties go to the faster, and each difference is to the best."""
    found = ranked(
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


def test_the_p_values_are_adjusted_for_their_number(make_contestant):
    """The same difference counts less among many."""
    pair = ranked(make_contestant("a + svm", 10), make_contestant("b + svm", 20))
    crowd = ranked(
        make_contestant("a + svm", 10),
        *(make_contestant(f"b{number} + svm", 20, first_wrong=number) for number in range(5)),
    )
    assert crowd.candidates[1].p_adjusted > pair.candidates[1].p_adjusted


def test_groups_count_and_not_images(make_contestant):
    """Twenty images of one object are one piece of evidence."""
    alone = ranked(make_contestant("a + svm", 0), make_contestant("b + svm", 20))
    grouped = ranked(make_contestant("a + svm", 0, group_size=20), make_contestant("b + svm", 20, group_size=20))
    assert grouped.n_groups == 10
    assert alone.candidates[1].is_distinct
    assert not grouped.candidates[1].is_distinct


def test_the_sentence_says_what_to_take(make_contestant):
    """One alone, clear winners, and a faster one that may be as good."""
    best = make_contestant("big + svm", 10, milliseconds=30)
    assert ranked(best).sentence.startswith("Best on 200 images: big + svm, right 95.0 % of the time (95 % interval")
    assert "by more than chance" in ranked(best, make_contestant("poor + svm", 90)).sentence
    sentence = ranked(
        best, make_contestant("small + svm", 12, milliseconds=10), make_contestant("p + svm", 90)
    ).sentence
    assert "1 of 2 others cannot be told apart from it, of which small + svm is 3.0 times as fast" in sentence
    assert not ranked(best).caveats
    assert "picked by its result" in ranked(best, make_contestant("p + svm", 90)).caveats[-1]


def test_only_the_same_images_can_be_compared(make_contestant):
    """Neither nothing nor different images."""
    with pytest.raises(ValueError, match="same images"):
        ranked()
    with pytest.raises(ValueError, match="same images"):
        ranked(make_contestant("a + svm", 1), make_contestant("b + svm", 1, n=199))
