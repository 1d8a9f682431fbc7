"""Getting a data set is stopped: by a full disk, by Ctrl-C, by another process."""

from __future__ import annotations

import pytest

from little_sets import MAKERS
from publisher import Notes
from regraft.core import InterruptedRunError, StoreError, exclusive


def test_a_full_disk_is_known_before_the_first_request(get, publisher, monkeypatch):
    """Archives and images must both find room."""
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("", (), {"free": 1_500_000}))
    with pytest.raises(StoreError, match=r"Fetching and unpacking signs takes up to 1\.6 MB, and the disk"):
        get()
    assert publisher.requests == []


class Impatient(Notes):
    """Presses Ctrl-C when a task begins, or in the middle of it."""

    def __init__(self, task, n_pieces):
        super().__init__()
        self.task, self.n_pieces = task, n_pieces
        self.is_current = False

    def start(self, task, _n_total, unit="images"):
        del unit
        self.is_current = task == self.task

    def advance(self, _n_done=1):
        self.n_pieces -= self.is_current
        if self.n_pieces < 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("task", "kept"),
    [("Fetching Training.zip", "0.1 MB"), ("Unpacking Training.zip", "0.5 MB"), ("Reading files", "0.5 MB")],
)
def test_ctrl_c_keeps_what_was_fetched(task, kept, get, folder, publisher):
    """It says what is kept and how to go on; the target is not there; the next run fetches nothing twice."""
    with pytest.raises(InterruptedRunError, match=rf"Stopped\. {kept} are kept in .*: run the same command again"):
        get(progress=Impatient(task, 1))
    assert not folder.exists()
    n_requests = len(publisher.requests)
    assert not get().was_there
    ranges = publisher.requests[n_requests:]
    assert ranges == (["bytes=65536-", None] if task.startswith("Fetching") else [])


@pytest.mark.slow
def test_two_at_once(get, folder):
    """The second one is told that the first one is at work."""
    with (
        exclusive(folder.parent / ".my signs.getting" / "lock.sqlite"),
        pytest.raises(StoreError, match="Another process has been writing"),
    ):
        get()


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("flowers", "Unpacking flower_photos.tgz"),
        ("mnist", "Unpacking t10k-images-idx3-ubyte.gz"),
        ("cifar10", "Unpacking cifar-10-binary.tar.gz"),
        ("visualwakewords", "Unpacking val2017.zip"),
        ("imagenet", "Checking ILSVRC2012_img_val.tar"),
    ],
)
def test_ctrl_c_in_any_layout(name, task, get_little, publisher, tmp_path):
    """No half of a data set is seen; the next run fetches nothing twice and makes the same as one that ran through."""
    brought = [file for file in MAKERS[name]() if file.endswith(".tar")]
    with pytest.raises(InterruptedRunError, match="are kept in"):
        get_little(name, brought=brought, progress=Impatient(task, 0))
    assert not (tmp_path / name).exists()
    publisher.requests.clear()
    made = get_little(name, brought=brought)
    assert publisher.requests == []
    assert made.provenance.blake3 == get_little(name, tmp_path / "another", brought=brought).provenance.blake3
