"""Real Ray clusters on this machine, for figures and tests: a node is a `ray start` of one core, and can be killed."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PINNED = (
    sys.executable,
    "-c",
    "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execvp(sys.argv[2], sys.argv[2:])",
)
"""Begins a command that keeps to one core, which comes next."""
_STORE_BYTES = 80 << 20


def wait_until(is_so: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for something that happens in other processes."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


class RayCluster:
    """A head and further nodes; every caller needs its token.

    Attributes:
        address: Of the head.
        env: With which its nodes are started, and drivers must be.
        nodes: The first is the head.

    Args:
        before: A command that begins the head's.
    """

    def __init__(self, *, before: tuple[str, ...] = ()) -> None:
        # A socket's path has an end at 107 characters, and Ray makes long ones of this folder's.
        self._folder = tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True)
        path = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(Path(__file__).parents[1] / "src"))))
        tokens = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_USAGE_STATS_ENABLED": "0"}
        self.env = {**os.environ, **tokens, "PYTHONPATH": path}
        self.nodes: list[subprocess.Popen[bytes]] = []
        head = ("--head", "--port=0", "--include-dashboard=false", f"--temp-dir={self._folder.name}")
        self.start_node(*head, before=before)
        told = re.search(r"--address='([^']+)'", Path(self._folder.name, "node-0.txt").read_text())
        assert told is not None
        self.address = told[1]

    def start_node(self, *options: str, before: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Start a node, and wait until it has joined.

        Args:
            options: Of `ray start`; by default it joins the head.
            before: A command that begins it.
        """
        options = options or (f"--address={self.address}",)
        start = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--num-cpus=1", "--num-gpus=0"]
        command = [*before, *start, f"--object-store-memory={_STORE_BYTES}", "--disable-usage-stats", *options]
        said = Path(self._folder.name, f"node-{len(self.nodes)}.txt")
        with said.open("wb") as log:
            node = subprocess.Popen(command, env=self.env, stdout=log, stderr=subprocess.STDOUT)
        self.nodes.append(node)
        wait_until(lambda: b"--block" in said.read_bytes() or node.poll() is not None)
        assert node.poll() is None, said.read_text()
        return node

    def kill_node(self, node: subprocess.Popen[bytes]) -> None:
        """Kill all of a node with -9."""
        for process in (*commands_below(node.pid), node.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        node.wait()

    def workers(self) -> list[int]:
        """The processes that compute features."""
        alive = [node.pid for node in self.nodes if node.poll() is None]
        return [process for node in alive for process, name in commands_below(node).items() if "RayWorker" in name]

    def close(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            if node.poll() is None:
                self.kill_node(node)
        self._folder.cleanup()


def commands_below(process: int) -> dict[int, str]:
    """All processes that a process has started, and those that these have, with their command lines."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
    found, queue = dict[int, str](), [process]
    while queue:
        parent = queue.pop()
        children = [child for child, its_parent in parents.items() if its_parent == parent]
        found |= {child: text_of(Path(f"/proc/{child}/cmdline")) for child in children}
        queue += children
    return found


def _parent(process: Path) -> int:
    status = text_of(process / "stat")
    return int(status.rpartition(")")[2].split()[1]) if status else -1


def text_of(path: Path) -> str:
    """What a file of the system says; nothing where it is gone."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
