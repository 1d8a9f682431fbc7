"""A log that cannot be written to: serving goes on, and the lines that are lost are counted."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from regraft.core import CACHE_VARIABLE
from served import Served
from server_load import await_that
from socket_fence import close_fence, open_fence
from test_disk_full import SmallDisk

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")]


def n_lost(server):
    """What the metrics say of lost lines."""
    told = server.ask("GET", "/metrics").body.decode()
    return float(re.search(r"^regraft_log_lines_lost (\S+)$", told, re.MULTILINE)[1])


def test_a_full_disk_stops_no_answer(classifier, shared_cache, image):
    """`/dev/full` is a file on a disk that is always full."""
    with Served(f"m={classifier}", "--log", "/dev/full", cache=shared_cache) as server:
        assert [server.predict("m", image).status for _ in range(5)] == [200] * 5
        await_that(lambda: n_lost(server) >= 5)
        assert server.ask("GET", "/health/ready").status == 200
        assert server.end() == 0


def test_lines_stay_whole_where_a_disk_fills_and_has_space_again(classifier, shared_cache, image, tmp_path):
    """What was written before is kept, no line is half, and lines come again."""
    disk = SmallDisk(tmp_path / "small")
    disk.mount(8192)
    try:
        log = disk.folder / "log.jsonl"
        with Served(f"m={classifier}", "--log", log, cache=shared_cache) as server:
            while n_lost(server) == 0:
                assert server.predict("m", image).status == 200
            n_before = log.read_text().count("\n")
            disk.resize(1 << 20)
            assert server.predict("m", image, **{"X-Request-Id": "later"}).status == 200
            await_that(lambda: '"later"' in log.read_text())
            assert server.end() == 0
        lines = log.read_text().splitlines()
        assert len(lines) > n_before > 2
        assert all(line.startswith('{"time": ') and line.endswith("}") for line in lines)
    finally:
        disk.unmount()


def test_a_pipe_that_nobody_reads_stops_no_answer(classifier, shared_cache, image):
    """Standard error fills up: answers come, lines are lost one day, and the end is an orderly one."""
    command = [sys.executable, "-m", "regraft", "serve", f"m={classifier}", "--port", "0"]
    reading, writing = os.pipe()
    known = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
    process = subprocess.Popen(command, stderr=writing, env=known)
    os.close(writing)
    open_fence("piped")
    try:
        told = b""
        while b"/docs" not in told:
            told += os.read(reading, 4096)
        server = Served.__new__(Served)
        server.port = int(re.search(rb":(\d+)/v1", told)[1])
        path = "x" * 900  # each of these lines is a quarter of a kilobyte: the pipe holds 64
        assert {server.ask("GET", f"/{path}").status for _ in range(400)} == {404}
        assert server.predict("m", image).status == 200
        process.terminate()
        assert process.wait(60) == 0
    finally:
        close_fence("piped")
        process.kill()
        process.wait()
        os.close(reading)


def test_a_log_that_cannot_be_is_refused_at_the_start(command_line, classifier, tmp_path):
    """A folder, a place that is none, and a pipe that nobody has opened."""
    os.mkfifo(tmp_path / "pipe")
    for log in (tmp_path, tmp_path / "nowhere" / "log", tmp_path / "pipe"):
        refused = command_line("serve", f"m={classifier}", "--log", log, "--check")
        assert (refused.returncode, "The log cannot be written to" in refused.stderr) == (2, True)


@pytest.fixture
def command_line(nursery, shared_cache):
    """Runs `regraft` as a process."""

    def run(*arguments):
        return nursery.run(["-m", "regraft", *arguments], env={**os.environ, CACHE_VARIABLE: str(shared_cache)})

    return run
