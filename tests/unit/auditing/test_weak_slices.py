"""Parts of the images that are recognised worse."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import AuditedImages, NotChecked, find_weak_slices, name_weak_slices, slice_columns
from regraft.data import LOOK
from regraft.evaluation import Estimate, Slice, SliceTable


def judged_images(right, **columns):
    """Images in two folders with out-of-fold probabilities that are right where they are said to be."""
    n = len(right)
    labels = np.arange(n) % 2
    return AuditedImages(
        paths=tuple(f"{'ab'[row % 2]}/{row}.jpg" for row in range(n)),
        labels=labels,
        class_names=("a", "b"),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=(None,) * n,
        groups=columns.pop("groups", (None,) * n),
        probabilities=np.eye(2)[np.where(right, labels, 1 - labels)],
        **columns,
    )


def test_a_column_of_the_user_is_looked_at():
    """A hundred images of one site, 20 points worse, are named with their accuracy and what was expected."""
    rng = np.random.default_rng(0)
    site = np.where(rng.permutation(1000) < 100, "Ghent", "Bruges")
    right = rng.random(1000) < np.where(site == "Ghent", 0.65, 0.85)
    (finding,) = find_weak_slices(judged_images(right, columns={"site": site.astype(object)}))
    assert (finding.kind, finding.code, finding.severity) == ("slices", "weak_slices", "note")
    assert "site 'Ghent'" in finding.message
    assert finding.evidence["accuracy"] < finding.evidence["accuracy_expected"] - 0.1
    assert finding.evidence["n_parts"] >= 2


def test_chance_is_no_slice():
    """Mistakes that stand anywhere make no finding; few images and those without probabilities are not judged."""
    right = np.random.default_rng(1).random(1000) < 0.85
    numbers = {"n": np.arange(1000).astype(str).astype(object)}
    images = judged_images(right, looks=np.zeros(1000, LOOK), columns=numbers)
    assert find_weak_slices(images) == ()
    bare = AuditedImages(images.paths, images.labels, images.class_names, images.digests, images.sides, images.groups)
    with pytest.raises(NotChecked, match="no head has seen the images"):
        find_weak_slices(bare)
    with pytest.raises(NotChecked, match="it takes a part of 20 images beside 20 more, and there are none"):
        find_weak_slices(images.select(np.arange(30)))


def test_columns_of_the_images_themselves():
    """Folder, group, size, format, camera and light are there where they are known."""
    looks = np.zeros(4, LOOK)
    looks["width"], looks["height"], looks["format"] = 30, 120, b"PNG"
    columns = slice_columns(judged_images(np.ones(4, bool), looks=looks, groups=("x", "x", None, "y")))
    assert columns["folder"].tolist() == ["a", "b", "a", "b"]
    assert columns["images in the group"].tolist() == [2, 2, 1, 1]
    assert columns["format"].tolist() == ["PNG"] * 4
    assert next(column for name, column in columns.items() if name.startswith("size")).tolist() == [60] * 4


def test_columns_of_a_table_are_numbers_where_all_of_their_cells_are():
    """Others stay texts; one that is called as an own one does not replace it."""
    cells = {"age": ["3", None, "4.5", "1e2"], "site": ["A", None, "7", "B"], "folder": ["x", "y", "x", "y"]}
    given = {name: np.array(column, object) for name, column in cells.items()}
    columns = slice_columns(judged_images(np.ones(4, bool), columns=given))
    np.testing.assert_array_equal(columns["age"], [3, np.nan, 4.5, 100])
    assert columns["site"].tolist() == ["A", None, "7", "B"]
    assert columns["folder"].tolist() == ["a", "b", "a", "b"]
    assert columns["column folder"].tolist() == ["x", "y", "x", "y"]


def test_a_difference_that_is_sure_but_small_is_not_named():
    """With a hundred thousand images a point less is beyond chance; a fifth more mistakes is not worth a finding."""
    accuracy = Estimate(value=0.94, low=0.93, high=0.95, n=5000, method="Wilson score")
    small = Slice(column="site", value="A", accuracy=accuracy, expected=0.95, rest=0.95, p_value=0.002)
    large = small.model_copy(update={"value": "B", "expected": 0.97})
    table = SliceTable(accuracy=0.95, n_images=100_000, n_slices=9, slices=(small, large))
    (finding,) = name_weak_slices(table)
    assert (finding.n, finding.evidence["value"]) == (1, "B")


def test_three_mistakes_are_no_finding():
    """Of 21 images, where hardly any other is mistaken: beyond chance, and still nothing to act on."""
    accuracy = Estimate(value=18 / 21, low=0.65, high=0.95, n=21, method="Wilson score")
    few = Slice(column="site", value="A", accuracy=accuracy, expected=0.97, rest=0.99, p_value=0.01)
    many = few.model_copy(update={"accuracy": accuracy.model_copy(update={"n": 210})})
    table = SliceTable(accuracy=0.97, n_images=400, n_slices=9, slices=(few,))
    assert name_weak_slices(table) == ()
    assert len(name_weak_slices(table.model_copy(update={"slices": (many,)}))) == 1
