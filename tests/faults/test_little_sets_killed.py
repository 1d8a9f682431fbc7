"""kill -9 while the files of other layouts are unpacked: nothing half-made is seen, the same command goes on."""

from __future__ import annotations

import os
import signal

import pytest

import fetching_child
from little_sets import MAKERS, little_row, server_paths
from publisher import Publisher
from regraft.data import read_manifest

PATIENCE_SECONDS = 60


@pytest.fixture
def fetch(nursery, tmp_path):
    """Runs `regraft datasets get NAME` on a small copy, in a process of its own; the data set's name comes first."""

    def run(name, *failpoints, folder="out"):
        files = MAKERS[name]()
        for file_name, content in files.items():
            if file_name.endswith(".tar"):
                (tmp_path / file_name).write_bytes(content)
        arguments = ["datasets", "get", name, "--folder", folder]
        arguments += ["--archives", "."] if name == "imagenet" else []
        with Publisher(server_paths(little_row(name, files), files)) as publisher:
            program = [fetching_child.__file__, publisher.port, "little", *failpoints, "--"]
            environment = {**os.environ, "COLUMNS": "200"}
            done = nursery.run([*program, *arguments], cwd=tmp_path, env=environment, timeout=PATIENCE_SECONDS)
        return done, len(publisher.requests)

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "failpoint"),
    [
        ("mnist", "write:1:during"),  # half of a picture
        ("mnist", "write:25:during"),
        ("cifar10", "write:33:during"),
        ("flowers", "copy:3:before"),
        ("imagenet", "copy:4:before"),
        ("imagenet", "copy:7:after"),
        ("visualwakewords", "copy:10:before"),
        ("hymenoptera", "rename:1:before"),
    ],
)
def test_a_death_while_unpacking(name, failpoint, fetch, tmp_path):
    """The folder is not there; then it is, whole, and no archive was fetched twice."""
    done, _n_requests = fetch(name, failpoint)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (tmp_path / "out").exists()
    done, n_requests = fetch(name)
    assert (done.returncode, n_requests) == (0, 0), done.stderr
    other, _n_requests = fetch(name, folder="other")
    assert other.returncode == 0, other.stderr
    for path in read_manifest(tmp_path / "out").paths:
        assert (tmp_path / "out" / path).read_bytes() == (tmp_path / "other" / path).read_bytes()
    assert not list(tmp_path.glob(".*.getting"))
