from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import blake3
import pytest

from regraft.core import SilentProgress
from regraft.data.files.unreadable import Reason
from regraft.data.fingerprints import explain_os_error, fingerprint_files


class Counted(SilentProgress):
    """Remembers what it was told."""

    def __init__(self):
        self.started, self.n_done = None, 0

    def start(self, task, n_total, unit="images"):
        self.started = (task, n_total, unit)

    def advance(self, n_done=1):
        self.n_done += n_done


def test_hashes(write_files):
    """Digests are BLAKE3 of the contents, in the order of the files, for any number of threads."""
    names = [f"{number}.jpg" for number in range(100)]
    folder = write_files(*names)
    files = [folder / name for name in names]
    progress = Counted()
    prints = fingerprint_files(files, n_threads=3, progress=progress)
    assert prints.digests == tuple(blake3.blake3(file.read_bytes()).hexdigest() for file in files)
    assert prints.unreadable == ()
    assert progress.started == ("Reading files", 100, "files")
    assert progress.n_done == 100
    assert fingerprint_files(files, n_threads=1) == prints


def test_a_file_larger_than_a_piece(tmp_path):
    """A file that is read in several pieces has the hash of its whole content."""
    file = tmp_path / "large.jpg"
    file.write_bytes(bytes(range(256)) * 10_000)
    assert fingerprint_files([file]).digests == (blake3.blake3(file.read_bytes()).hexdigest(),)


def test_no_files():
    """No files have no digests."""
    assert fingerprint_files([]).digests == ()


def test_what_cannot_be_read(write_files):
    """Missing, empty and foreign things are records in the files' order, never exceptions, and never make it wait."""
    folder = write_files("good.jpg", "folder.jpg/x")
    (folder / "empty.jpg").touch()
    (folder / "dangling.jpg").symlink_to("gone")
    (folder / "circle.jpg").symlink_to("circle.jpg")
    os.mkfifo(folder / "pipe.jpg")
    expected = {
        "gone.jpg": Reason.MISSING,
        "good.jpg": None,
        "dangling.jpg": Reason.MISSING,
        "good.jpg/x.jpg": Reason.MISSING,
        "null\0.jpg": Reason.MISSING,
        "empty.jpg": Reason.EMPTY,
        "folder.jpg": Reason.NOT_AN_IMAGE,
        "pipe.jpg": Reason.NOT_AN_IMAGE,
        "circle.jpg": Reason.UNREADABLE,
        "x" * 5000: Reason.UNREADABLE,
    }
    prints = fingerprint_files([folder / name for name in expected])
    assert [digest is None for digest in prints.digests] == [reason is not None for reason in expected.values()]
    assert [record.reason for record in prints.unreadable] == [reason for reason in expected.values() if reason]
    assert [record.path for record in prints.unreadable] == [
        str(folder / name) for name, reason in expected.items() if reason
    ]
    assert all(record.detail for record in prints.unreadable)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_forbidden_file(write_files):
    """A file that may not be read is a record."""
    file = write_files("a.jpg") / "a.jpg"
    file.chmod(0)
    assert fingerprint_files([file]).unreadable[0].reason == Reason.NO_PERMISSION


@pytest.mark.parametrize(
    ("code", "reason", "detail"),
    [
        (errno.ENOENT, Reason.MISSING, "there is no such file"),
        (errno.EACCES, Reason.NO_PERMISSION, "the system forbids reading it"),
        (errno.EPERM, Reason.NO_PERMISSION, "the system forbids reading it"),
        (errno.EISDIR, Reason.NOT_AN_IMAGE, "it is a folder"),
        (errno.EIO, Reason.UNREADABLE, os.strerror(errno.EIO)),
    ],
)
def test_errors_of_the_system(code, reason, detail):
    """Every error of the system has a reason and words."""
    record = explain_os_error(Path("a.jpg"), OSError(code, os.strerror(code)))
    assert (record.path, record.reason, record.detail) == ("a.jpg", reason, detail)


def test_names_of_any_bytes(tmp_path):
    """A file whose name is no UTF-8 is hashed, and reported in words where it cannot be."""
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.jpg"))
    file.write_text("x")
    gone = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfe.jpg"))
    prints = fingerprint_files([file, gone])
    assert prints.digests[0] is not None
    assert prints.unreadable[0].path == f"{tmp_path}/\\udcfe.jpg"


def test_an_interruption_stops_the_threads(write_files):
    """Ctrl-C during the work comes through, and no thread goes on."""

    class Interrupting(SilentProgress):
        def advance(self, n_done=1):
            raise KeyboardInterrupt(n_done)

    names = [f"{number}.jpg" for number in range(200)]
    folder = write_files(*names)
    files = [folder / name for name in names]
    with pytest.raises(KeyboardInterrupt):
        fingerprint_files(files, n_threads=2, progress=Interrupting())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fingerprint")]
