"""What takes longer is chosen where it is worth it, and the evidence is told."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from regraft.evaluation import compare_paired
from regraft.experiments.probe_options import ProbeOptions
from regraft.experiments.tried_networks import NetworkChoice, Tried, climb, is_worth_it

N_IMAGES = 200


MANY = 600


def right(n_right, n_images=N_IMAGES):
    """Which images are right, the first so many."""
    return np.arange(n_images) < n_right


def tried(name, n_right, milliseconds, *, n_views=1, manifest=None, quality="good"):
    data = SimpleNamespace(manifest=manifest)
    return Tried(ProbeOptions(backbone=name, views=n_views, quality=quality), data, right(n_right), milliseconds)


@pytest.mark.parametrize(("n_more", "is_worth"), [(-5, False), (0, False), (1, False), (4, True), (30, True)])
def test_a_standard_error_decides(n_more, is_worth):
    """Worse ones, equal ones and one lucky image are not worth the time; four of four images are."""
    assert is_worth_it(compare_paired(right(150 + n_more, MANY), right(150, MANY))) is is_worth


@pytest.mark.parametrize(("n_more", "is_worth"), [(-1, False), (0, False), (1, True)])
def test_of_few_images_any_gain_counts(n_more, is_worth):
    """Up to 500 images cost little time, and could hardly show more."""
    assert is_worth_it(compare_paired(right(150 + n_more, 500), right(150, 500))) is is_worth


def test_groups_count_once():
    """Eight images more are a reason; of two objects, one of which got worse, they are none."""
    groups = ["better"] * 30 + ["worse"] * 22 + [str(row) for row in range(MANY - 52)]
    rows = np.arange(MANY)
    first, second = (rows < 30) | (rows >= 52), rows >= 30
    assert is_worth_it(compare_paired(right(158, MANY), right(150, MANY)))
    assert not is_worth_it(compare_paired(first, second, groups=groups))


def test_each_is_held_against_the_best_before():
    """The second beats the first; the third beats the first, too, but not the second."""
    choices = [tried("a", 150, 1.0), tried("b", 170, 2.0), tried("c", 160, 3.0)]
    chosen, told = climb(choices, (None,) * N_IMAGES)
    assert chosen is choices[1]
    assert [difference and round(difference.value, 3) for _one, difference in told] == [None, 0.1, -0.05]


def test_the_choice_is_told(make_manifest):
    """In a sentence with both accuracies and prices, and in a table; a probe of it is made by the options."""
    manifest = make_manifest(["x", "y"] * (N_IMAGES // 2))
    portions = SimpleNamespace(train=np.arange(N_IMAGES))
    cheap, dear = tried("a", 150, 4.0, manifest=manifest), tried("a", 170, 8.04, n_views=2, manifest=manifest)
    chosen, told = climb([cheap, dear], (None,) * N_IMAGES)
    choice = NetworkChoice(chosen, portions, tuple(told))
    assert choice.finding.message.startswith(
        "a, 2 views is used: on the folds of 200 training images it was right on 85.0 %, a on 75.0 % (+10.0 points ("
    )
    assert choice.finding.message.endswith("at 8.0 ms an image instead of 4.0.")
    assert [(row[0], row[1], row[3], row[4]) for row in choice.table.rows] == [
        ("a", "75.0 %", 4.0, ""), ("a, 2 views", "85.0 %", 8.0, "chosen"),
    ]  # fmt: skip
    assert (choice.options.views, choice.options.quality) == (2, "fast")
    kept = NetworkChoice(cheap, portions, ((cheap, None), (dear, told[1][1])))
    assert "of 2 choices none that takes longer was better enough on the folds" in kept.finding.message
    alone = NetworkChoice(cheap, portions, ((cheap, None),))
    assert alone.finding.message == "a is used: there was no other network to try."
    good = tried("a", 197, 4.0, manifest=manifest, quality="auto")
    first = NetworkChoice(good, portions, ((good, None),))
    assert first.finding.message.endswith("of 200 training images it was wrong on 3, so no other was tried.")
