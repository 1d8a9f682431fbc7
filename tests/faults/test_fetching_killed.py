"""kill -9 and Ctrl-C at any moment of `regraft datasets get`: nothing half-made is seen, the same command goes on."""

from __future__ import annotations

import os
import signal
import time

import pytest

import fetching_child
from publisher import ARCHIVES, Fault, Publisher
from regraft.core import SilentProgress
from regraft.datasets.provenance import digest_images

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 60
PLACE = "/shareddata/BelgiumTSC/BelgiumTSC_"
HALF = 300_000
FAILPOINTS = [
    "fsync:1:before",  # the record of the first part
    "replace:1:before",
    "replace:1:after",
    "replace:2:before",  # the first archive is whole and not named so
    "replace:2:after",
    "unlink:3:after",
    "replace:3:before",  # its note
    "replace:4:after",
    "replace:6:after",
    "copy:1:before",  # the first image
    "copy:7:after",
    "copy:14:before",  # of the second archive
    "copy:18:after",
    "replace:7:before",  # SOURCE.json
    "replace:7:after",
    "rename:1:before",
    "rename:1:after",
]


@pytest.fixture
def publisher():
    """A server with small archives at the addresses of the catalogue."""
    with Publisher({f"{PLACE}{side}.zip": content for side, content in ARCHIVES.items()}) as publisher:
        yield publisher


@pytest.fixture
def start(publisher, nursery, tmp_path):
    """Starts `regraft datasets get belgium-signs` in a process of its own; none survives the test."""
    children = []

    def begin(*failpoints):
        program = [fetching_child.__file__, publisher.port, *failpoints, "--"]
        environment = {**os.environ, "COLUMNS": "200"}
        children.append(nursery.start([*program, "datasets", "get", "belgium-signs"], cwd=tmp_path, env=environment))
        return children[-1]

    yield begin
    for child in children:
        child.kill()
        child.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def go_on(start, tmp_path):
    """The same command again: it ends well, and only the data set is there."""

    def run():
        child = start()
        out, errors = child.communicate(timeout=PATIENCE_SECONDS)
        assert child.returncode == 0, errors
        assert [path.name for path in tmp_path.iterdir()] == ["belgium-signs"]
        assert digest_images(tmp_path / "belgium-signs", SilentProgress())[:2] == (18, 3)
        return out, errors

    return run


def wait_for_part(child, folder):
    """Until half of the first archive is there."""
    part = folder / ".belgium-signs.getting" / "BelgiumTSC_Training.zip.part"
    limit = time.monotonic() + PATIENCE_SECONDS
    while not part.is_file() or part.stat().st_size < HALF // 2:
        assert child.poll() is None, child.stderr.read()
        assert time.monotonic() < limit, "the child hangs"
        time.sleep(0.005)
    return part


def test_a_killed_download_goes_on(start, go_on, publisher, tmp_path):
    """Only what is missing is fetched; the target is not there before all is."""
    publisher.faults = [Fault(stall_after=HALF)]
    child = start()
    part = wait_for_part(child, tmp_path)
    child.kill()
    child.wait(PATIENCE_SECONDS)
    assert not (tmp_path / "belgium-signs").exists()
    n_bytes = part.stat().st_size
    out, errors = go_on()
    assert publisher.requests == [None, f"bytes={n_bytes}-", None]
    assert "free for research; see the source. Please cite: Timofte" in errors
    assert "18 images in 3 classes, with the publisher's own split" in out
    assert "Note: 7,095 in 62 were expected" in out
    assert "(of what came; the right one is not known)" in out
    assert r"regraft probe belgium-signs --group-by '(\d+)/(\d+)_'" in out


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_download_says_how_to_go_on(how, start, go_on, publisher, tmp_path):
    """Ctrl-C and SIGTERM end it in one sentence; the part stays."""
    publisher.faults = [Fault(stall_after=HALF)]
    child = start()
    part = wait_for_part(child, tmp_path)
    child.send_signal(how)
    _out, errors = child.communicate(timeout=PATIENCE_SECONDS)
    assert child.returncode == 130
    assert "Stopped. 0." in errors
    assert "run the same command again to go on" in errors
    assert "Traceback" not in errors
    n_bytes = part.stat().st_size
    assert n_bytes > 0
    go_on()
    assert publisher.requests[1] == f"bytes={n_bytes}-"


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_a_death_at_any_step_leaves_nothing_half_made(failpoint, start, go_on, publisher, tmp_path):
    """Before or after each call that makes a file or the folder appear; no archive is fetched twice."""
    child = start(failpoint)
    child.communicate(timeout=PATIENCE_SECONDS)
    assert child.returncode == -signal.SIGKILL
    was_there = (tmp_path / "belgium-signs").exists()
    assert was_there == (failpoint == "rename:1:after")
    out, _errors = go_on()
    assert ("is there already, unchanged" in out) == was_there
    assert len(publisher.requests) <= 3
