"""kill -9 at any moment of leaving shards for a store, and of its adopting them."""

from __future__ import annotations

import signal

import numpy as np
import pytest

from extraction_child import computed_images, extract, images_of, leave
from regraft.features import SHARD_ROWS, FeatureStore

pytestmark = pytest.mark.slow


@pytest.fixture
def assert_all_is_kept(tiny_images, uninterrupted, assert_finished):
    """Checks that an extraction computes nothing any more and gives what an uninterrupted one gives, bit for bit."""

    def check(store, log):
        found = extract(images_of(tiny_images), store, log)
        assert found.n_computed == 0
        np.testing.assert_array_equal(found.features, uninterrupted.features)
        assert_finished(store)

    return check


def remove_half_written(store):
    """As an hour would."""
    for path in store.glob("arrived/*/.*"):
        path.unlink()


@pytest.mark.parametrize("failpoint", ["write:1:during", "write:3:after", "fsync:3:before", "replace:2:before"])
def test_a_worker_that_dies_costs_one_shard_at_most(failpoint, start_child, tiny_images, assert_all_is_kept, tmp_path):
    """What it left is whole; the next worker computes the rest alone, and neither makes an index."""
    store, log = tmp_path / "features", tmp_path / "log"
    assert start_child(store, log, "loose", failpoint).exit_code() == -signal.SIGKILL
    assert start_child(store, log, "loose").exit_code() == 0
    assert [path.name for path in store.iterdir()] == ["arrived"]
    computed = computed_images(log)
    assert computed.total() - len(computed) <= SHARD_ROWS
    assert leave(images_of(tiny_images), store, tmp_path / "nothing") == 0
    remove_half_written(store)
    assert_all_is_kept(store, log)


@pytest.mark.parametrize(
    "failpoint",
    ["replace:2:before", "replace:3:after", "commit:1:before", "commit:1:during", "fsync:1:before", "unlink:12:after"],
)
def test_an_adoption_that_dies_is_finished(failpoint, start_child, tiny_images, assert_all_is_kept, tmp_path):
    """Wherever it was, the next start finds all that workers left, and computes nothing."""
    store, log = tmp_path / "features", tmp_path / "log"
    leave(images_of(tiny_images), store, log)
    assert start_child(store, tmp_path / "nothing", failpoint).exit_code() in {0, -signal.SIGKILL}
    assert_all_is_kept(store, log)
    assert not (tmp_path / "nothing").exists()


def test_several_stores_adopt_at_once(start_child, tiny_images, assert_all_is_kept, tmp_path):
    """Two runs that find the same shards take each in once, also while two workers leave the same rows again."""
    store, log = tmp_path / "features", tmp_path / "log"
    leave(images_of(tiny_images)[:600], store, log)
    children = [
        start_child(store, tmp_path / "log0"),
        start_child(store, tmp_path / "log1", first=400),
        start_child(store, tmp_path / "log2", "loose"),
        start_child(store, tmp_path / "log3", "loose", first=700),
    ]
    assert [child.exit_code() for child in children] == [0] * 4
    FeatureStore(store).adopt()
    assert_all_is_kept(store, log)
