"""kill -9 at any moment of an extraction."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest

from conftest import N_CONTENTS, PATIENCE_SECONDS
from extraction_child import computed_images, extract, images_of
from regraft.features import SHARD_ROWS

FAILPOINTS = [
    "write:1:before",
    "write:2:during",
    "write:3:after",
    "fsync:1:before",
    "fsync:3:after",
    "replace:1:after",
    "replace:2:before",
    "replace:3:after",
    "fsync:4:after",
    "commit:1:before",
    "commit:1:during",
    "commit:2:during",
    "commit:3:before",
    "commit:3:after",
    "unlink:2:before",
    "unlink:4:after",
]


def assert_going_on_completes(store, folder, uninterrupted, assert_finished):
    """The same extraction again gives what an uninterrupted one gives, and computes one shard again at most."""
    again = extract(images_of(folder), store / "features", store / "log")
    np.testing.assert_array_equal(again.features, uninterrupted.features)
    computed = computed_images(store / "log")
    assert len(computed) == N_CONTENTS
    assert computed.total() - N_CONTENTS <= SHARD_ROWS
    assert_finished(store / "features")


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_a_death_at_any_step_of_writing_costs_one_shard_at_most(
    failpoint, start_child, tiny_images, uninterrupted, assert_finished, tmp_path
):
    """Before, during and after each call that makes a file durable, a death loses nothing that was kept."""
    child = start_child(tmp_path / "features", tmp_path / "log", failpoint)
    _, errors = child.communicate(timeout=PATIENCE_SECONDS)
    assert child.returncode == -signal.SIGKILL, errors
    assert_going_on_completes(tmp_path, tiny_images, uninterrupted, assert_finished)


@pytest.mark.parametrize("case", range(6))
def test_a_death_at_any_time_costs_one_shard_at_most(
    case, start_child, tiny_images, uninterrupted, assert_finished, tmp_path
):
    """Killed from outside after some images, a run goes on where it was."""
    n_images = int(np.random.default_rng(case).integers(N_CONTENTS))
    child = start_child(tmp_path / "features", tmp_path / "log")
    kill_after(child, n_images, tmp_path / "log")
    assert_going_on_completes(tmp_path, tiny_images, uninterrupted, assert_finished)


def test_a_run_may_die_again_and_again(start_child, tiny_images, uninterrupted, assert_finished, tmp_path):
    """Death after death at the worst places, the work is done in the end."""
    for failpoint in ("commit:1:during", "fsync:3:before", "write:1:during", "replace:1:after"):
        child = start_child(tmp_path / "features", tmp_path / "log", failpoint)
        _, errors = child.communicate(timeout=PATIENCE_SECONDS)
        assert child.returncode == -signal.SIGKILL, errors
    extract(images_of(tiny_images), tmp_path / "features", tmp_path / "log")
    assert_finished(tmp_path / "features")


def kill_after(child, n_images, log):
    """kill -9, as soon as a child has computed some images (or has ended)."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while computed_images(log).total() < n_images and child.poll() is None:
        assert time.monotonic() < limit, "the child hangs"
        time.sleep(0.001)
    child.kill()
    child.wait(PATIENCE_SECONDS)
