"""kill -9 at any moment of an extraction."""

from __future__ import annotations

import signal

import numpy as np
import pytest

from extraction_child import computed_images, extract, extractor_of, images_of
from regraft.data import fingerprint_files
from regraft.features import SHARD_ROWS, FeatureStore

pytestmark = pytest.mark.slow

FAILPOINTS = [
    "write:1:before",
    "write:2:during",
    "write:3:after",
    "fsync:1:before",
    "fsync:4:after",
    "replace:1:after",
    "replace:2:before",
    "replace:3:after",
    "commit:1:before",
    "commit:1:during",
    "commit:2:during",
    "commit:3:after",
    "unlink:3:after",
    "unlink:10:before",
    "unlink:12:after",
]
"""In every step. The index is made first (replace 1, unlinks 1 to 8); then each of four shards is one write, two
fsyncs, one replace, one commit and two unlinks."""


@pytest.fixture
def assert_going_on_completes(tiny_images, uninterrupted, assert_finished):
    """Checks that the same extraction again leaves what an uninterrupted one leaves, for one shard's work more."""

    def check(folder):
        again = extract(images_of(tiny_images), folder / "features", folder / "log")
        np.testing.assert_array_equal(again.features, uninterrupted.features)
        computed = computed_images(folder / "log")
        assert len(computed) == len(uninterrupted.rows)
        assert computed.total() - len(computed) <= SHARD_ROWS
        assert_finished(folder / "features")

    return check


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_a_death_at_any_step_of_writing_costs_one_shard_at_most(
    failpoint, start_child, assert_going_on_completes, tmp_path
):
    """Before, during and after each call that makes a file durable, a death loses nothing that was kept."""
    assert start_child(tmp_path / "features", tmp_path / "log", failpoint).exit_code() == -signal.SIGKILL
    assert_going_on_completes(tmp_path)


@pytest.mark.parametrize("case", range(6))
def test_a_death_at_any_time_costs_one_shard_at_most(
    case, start_child, uninterrupted, assert_going_on_completes, tmp_path
):
    """Killed from outside after any number of images, a run goes on where it was."""
    n_images = int(np.random.default_rng(case).integers(len(uninterrupted.rows)))
    start_child(tmp_path / "features", tmp_path / "log").kill_after(n_images)
    assert_going_on_completes(tmp_path)


@pytest.mark.parametrize("failpoint", ["replace:2:before", "replace:3:before", "commit:2:after", "write:6:during"])
def test_a_death_between_looks_and_features_costs_one_shard_at_most(
    failpoint, start_child, tiny_images, uninterrupted, tmp_path
):
    """Of an image whose features are kept, so is its look: a run that goes on decodes no image for it."""
    store, log = tmp_path / "features", tmp_path / "log"
    assert start_child(store, log, "looks", failpoint).exit_code() == -signal.SIGKILL
    files = images_of(tiny_images)
    assert FeatureStore(store).info().n_looks >= FeatureStore(store).info().n_rows
    again = extract(files, store, log, takes_looks=True)
    np.testing.assert_array_equal(again.features, uninterrupted.features)
    computed = computed_images(log)
    assert computed.total() - len(computed) <= SHARD_ROWS
    looks = extractor_of(store, log).looks(files, fingerprint_files(files).digests)
    assert (looks.n_computed, len(looks.features)) == (0, len(files))
    info = FeatureStore(store).info()
    assert info.n_rows == info.n_looks == len(uninterrupted.rows)


def test_a_run_may_die_again_and_again(start_child, tiny_images, assert_finished, tmp_path):
    """Death after death, also while a dead one's work is finished, leaves no trace in the end."""
    for failpoint in ("commit:1:during", "fsync:3:before", "commit:1:before", "unlink:1:before", "replace:1:after"):
        child = start_child(tmp_path / "features", tmp_path / "log", failpoint)
        assert child.exit_code() == -signal.SIGKILL
    extract(images_of(tiny_images), tmp_path / "features", tmp_path / "log")
    assert_finished(tmp_path / "features")
