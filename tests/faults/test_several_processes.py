"""Several processes that fill one store at the same time, and one of them dies."""

from __future__ import annotations

import signal

import pytest

from extraction_child import extract, images_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", ["write:1:during", "fsync:2:after", "commit:1:before", "commit:1:during", "outside"])
def test_the_death_of_one_of_four_processes_harms_nobody(case, start_child, tiny_images, assert_finished, tmp_path):
    """Three of four extractions of the same folder finish, and every content has one row, whole and right."""
    store = tmp_path / "features"
    unlucky = start_child(store, tmp_path / "log", *([] if case == "outside" else [case]))
    others = [start_child(store, tmp_path / f"log{number}", first=230 * number) for number in (1, 2, 3)]
    if case == "outside":
        unlucky.kill_after(300)
    # It finishes if all is done by the others before it comes to its fail-point.
    assert unlucky.exit_code() in {0, -signal.SIGKILL}
    assert [other.exit_code() for other in others] == [0, 0, 0]
    assert_finished(store)
    assert extract(images_of(tiny_images), store, tmp_path / "nothing").n_computed == 0


def test_a_dead_writer_holds_no_lock(start_child, tmp_path):
    """A process that waits for a writer goes on when the writer is killed in the middle of a shard."""
    store = tmp_path / "features"
    writer = start_child(store, tmp_path / "log", "fsync:1:before")
    waiting = start_child(store, tmp_path / "waiting", first=450)
    assert writer.exit_code() in {0, -signal.SIGKILL}
    assert waiting.exit_code() == 0
