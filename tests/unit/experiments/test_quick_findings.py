"""What a run says of series before anyone believes its number."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from regraft.core import generator
from regraft.data import Manifest
from regraft.experiments import DatasetFeatures, Portions, Stopwatch
from regraft.experiments.quick_findings import as_arrays, sides_of, with_quick_findings


@pytest.fixture
def make_data(tmp_path):
    """600 images of two classes; in series of six neighbours that share their look and mostly their class, or not."""

    def make(*, are_series):
        rng = generator(0, "test")
        n, length = 600, 6 if are_series else 1
        centres = rng.standard_normal((n // length, 24))
        labels = np.repeat(centres[:, 0] + rng.standard_normal(n // length) > 0, length).astype(np.int64)
        features = np.repeat(centres, length, axis=0) + 0.3 * rng.standard_normal((n, 24))
        manifest = Manifest(
            tmp_path,
            tuple(f"{row:04d}.png" for row in range(n)),
            labels,
            ("no", "yes"),
            (None,) * n,
            (None,) * n,
        )
        digests = tuple(f"{row:064x}" for row in range(n))
        networks = SimpleNamespace(n_penultimate=24)
        return DatasetFeatures(manifest, digests, features.astype(np.float32), (), 0, networks)

    return make


def portions_at_random(n):
    """A quarter for the test, by chance."""
    order = generator(1, "split").permutation(n)
    return Portions(np.sort(order[n // 4 :]), order[:0], np.sort(order[: n // 4]))


def test_series_that_a_split_tears_are_told_with_both_figures(make_data):
    """The warning has the accuracy of both splits and the option; how long it took is known."""
    watch = Stopwatch()
    found = with_quick_findings(make_data(are_series=True), portions_at_random(600), watch)
    (remark,) = found.manifest.remarks
    assert (remark.code, remark.severity) == ("series", "warning")
    assert remark.message.startswith("Random split ")
    assert "--group-by order:" in remark.message
    assert "quick audit" in watch.seconds
    assert f"{100 * found.gap.random.value:.1f} %" in remark.message
    assert found.gap.together.value < found.gap.random.value


def test_series_are_told_where_folds_by_chance_tear_them(make_data):
    """A learning curve has no split of its own, and its folds would hide as much."""
    found = with_quick_findings(make_data(are_series=True), None, Stopwatch())
    assert [one.code for one in found.manifest.remarks] == ["series"]


def test_images_by_themselves_raise_no_alarm(make_data):
    """Nothing is said where neighbours are strangers."""
    data = make_data(are_series=False)
    assert with_quick_findings(data, portions_at_random(600), Stopwatch()) is data


def test_too_few_images_are_said_to_be_too_few(make_data):
    """A note with the number that it takes, so that silence means that nothing was found."""
    few = make_data(are_series=True).select(np.arange(30))
    (remark,) = with_quick_findings(few, portions_at_random(30), Stopwatch()).manifest.remarks
    assert (remark.code, remark.severity) == ("series_not_checked", "note")
    assert "it takes 40 independent images, and there are 30." in remark.message


def test_arrays_and_sides_are_those_of_the_rows(make_data):
    """Each row has the side that its position was given."""
    data = make_data(are_series=False)
    sides = sides_of(600, train=np.array([0, 2]), val=None, test=np.array([1]))
    assert sides[:4] == ["train", "test", "train", None]
    images = as_arrays(data, sides)
    assert (images.paths, images.sides[1], len(images)) == (data.manifest.paths, "test", 600)
