"""Series are found by names or order, and not where there are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.auditing import NotChecked, measure_series
from regraft.auditing.series.measuring import groups_in_series


def test_neighbouring_files_are_found(draw_objects):
    """Where names say only an order, blocks of neighbours are proposed, with what a random split promises too much."""
    gap = measure_series(draw_objects(noise=0.2))
    assert gap.kind == "order"
    assert gap.expression.startswith("order:")
    assert gap.matters
    assert gap.random.value > gap.together.value
    assert gap.label_agreement > gap.label_agreement_by_chance
    assert gap.headline.startswith("random split ")
    assert gap.headline.endswith(f"in series; try --group-by {gap.expression}")


def test_tracks_go_before_order(draw_objects):
    """Where a part of the names says which object it is, that is proposed: it explains the order."""
    gap = measure_series(draw_objects(noise=0.2, name="{label}/{object:03d}_{view}.png"))
    assert (gap.kind, gap.expression, gap.n_groups) == ("names", r"(\d+)_", 60)
    assert gap.headline.endswith(r"one object; try --group-by '(\d+)_'")


def test_the_same_name_in_two_folders_is_another_object(draw_objects):
    """Where each class counts its objects anew, the folder is a part of the group's name."""
    images = draw_objects(noise=0.2, name="{label}/{object:03d}_{view}.png")
    numbers: dict[str, dict[str, int]] = {"a": {}, "b": {}}
    paths = []
    for path in images.paths:
        label, name = path.split("/")
        one, view = name.split("_")
        paths.append(f"{label}/{numbers[label].setdefault(one, len(numbers[label])):03d}_{view}")
    gap = measure_series(replace(images, paths=tuple(paths)))
    assert (gap.expression, gap.n_groups) == (r"([^/]+)/(\d+)_", 60)


@pytest.mark.parametrize("name", ["{label}/cell{row:04d}.png", "{label}/{object:03d}_{view}.png"])
def test_shuffled_names_are_no_series(draw_objects, name):
    """The same names on other images of their class give nothing, in ten of ten shuffles."""
    images = draw_objects(name=name)
    for seed in range(10):
        rng, order = np.random.default_rng(seed), np.arange(300)
        for label in range(2):
            order[images.labels == label] = rng.permutation(order[images.labels == label])
        assert measure_series(replace(images, features=images.features[order])) is None


def test_known_groups_are_not_found_again(draw_objects):
    """Of a group that somebody named one image is looked at: nothing is left to find."""
    images = draw_objects(n_objects=150, n_views=2)
    assert measure_series(replace(images, groups=tuple(str(row // 2) for row in range(300)))) is None


def test_a_split_that_keeps_groups_together_is_not_touched(draw_objects):
    """The headline does not change where no test image has one of its group in training."""
    images = draw_objects(noise=0.2, name="{label}/{object:03d}_{view}.png")
    kept = replace(images, sides=tuple("test" if row // 5 % 4 == 0 else "train" for row in range(300)))
    torn = replace(images, sides=tuple("test" if row % 5 == 0 else "train" for row in range(300)))
    assert (measure_series(kept).torn, measure_series(kept).matters) == (0, False)
    assert (measure_series(torn).torn, measure_series(torn).matters) == (1, True)


def test_a_few_images_raise_no_alarm(draw_objects):
    """Of less than forty images, or of one class, it is said that nothing can be."""
    with pytest.raises(NotChecked, match="it takes 40 independent images, and there are 30"):
        measure_series(draw_objects(n_objects=6))
    one = draw_objects()
    with pytest.raises(NotChecked, match="it takes 2 classes, and there is 1"):
        measure_series(one.select(one.labels == 0))


def test_order_is_looked_at_where_names_cost_nothing(draw_objects):
    """Pairs of copies by their names do not hide the series that they are a part of."""
    images = draw_objects(n_objects=40, n_views=10, noise=0.2)
    paths = tuple(f"{path[:1]}/{row // 2:04d}_{'xy'[row % 2]}.png" for row, path in enumerate(images.paths))
    gap = measure_series(replace(images, paths=paths))
    assert gap.matters
    assert gap.kind == "order"


def test_images_without_features_have_no_series(draw_objects):
    """Where no network has seen them, nothing is measured."""
    with pytest.raises(NotChecked, match="no network has seen the images"):
        measure_series(replace(draw_objects(), features=None))


def test_the_same_question_has_the_same_answer(draw_objects):
    """All chance comes from the seed."""
    images = draw_objects()
    assert measure_series(images, n_repeats=2, seed=3) == measure_series(images, n_repeats=2, seed=3)


def test_groups_of_a_measurement(draw_objects):
    """A measurement says the group of each image."""
    images = draw_objects(noise=0.2, name="{label}/{object:03d}_{view}.png")
    assert (groups_in_series(images, measure_series(images)) == np.arange(300) // 5).all()
