"""Two machines for torchrun: network namespaces with a cable between them where the system allows it, else loopback.

Each has a folder of its own (cache, runs), and sees nothing of the other's but its network.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regraft.core import CACHE_VARIABLE

PORT = 29400
PATIENCE_SECONDS = 120
TORCHRUN = "-m", "torch.distributed.run", "--nproc-per-node", "1", "--rdzv-backend", "c10d", "--rdzv-id", "regraft"


@dataclass(eq=False)
class Node:
    """One of the machines.

    Attributes:
        number: 0 or 1.
        address: Its own.
        folder: Its disk.
        namespace: Its network; empty where that is the test's own.
    """

    number: int
    address: str
    folder: Path
    namespace: str = ""
    _children: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(
        self, program: list[str], *, meeting: str, n_nodes: str = "2", restarts: int = 0
    ) -> subprocess.Popen[str]:
        """Start torchrun, in a session of its own.

        Args:
            program: What it starts.
            meeting: HOST:PORT of the first node.
            n_nodes: How many, or the fewest and the most.
            restarts: How often the job may start again.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        inside = ["nsenter", f"--net=/run/netns/{self.namespace}"] if self.namespace else []
        conf = f"is_host={int(self.number == 0)},join_timeout=60,last_call_timeout=1,read_timeout=5"
        asked = ["--nnodes", n_nodes, "--max-restarts", str(restarts), "--rdzv-endpoint", meeting, "--rdzv-conf", conf]
        settings = {
            CACHE_VARIABLE: str(self.folder / "cache"),
            "GLOO_SOCKET_IFNAME": f"{self.namespace}-0" if self.namespace else "lo",
        }
        child = subprocess.Popen(
            [*inside, sys.executable, *TORCHRUN, *asked, "--local-addr", self.address, *program],
            cwd=self.folder, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        self._children.append(child)
        return child

    def workers(self) -> list[int]:
        """What its torchrun has started and still runs, whether or not torchrun has noticed an end."""
        found: list[int] = []
        for child in self._children:
            with suppress(OSError):
                started_by_it = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
                found += [pid for pid in map(int, started_by_it) if _runs(pid)]
        return found

    def kill(self) -> None:
        """End all of it with -9, torchrun first, so that nobody can say good-bye."""
        workers = self.workers()
        for child in self._children:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def close(self) -> None:
        """Nothing of it is left."""
        self.kill()
        for child in self._children:
            child.communicate(timeout=60)


def build_nodes(folder: Path) -> list[Node]:
    """Two machines with a cable between them, or two folders on one."""
    names = [f"rg{uuid.uuid4().hex[:6]}{end}" for end in "ab"]
    addresses = ["10.77.0.1", "10.77.0.2"]
    try:
        _connect(names, addresses)
    except (OSError, subprocess.CalledProcessError):
        remove_nodes(names)
        return [Node(number, "127.0.0.1", folder / f"node{number}") for number in (0, 1)]
    return [Node(number, addresses[number], folder / f"node{number}", names[number]) for number in (0, 1)]


def started(nodes: list[Node], program: list[str], **settings: Any) -> list[subprocess.Popen[str]]:
    """Start torchrun on each (`Node.start`)."""
    meeting = f"{nodes[0].address}:{PORT}"
    return [node.start(program, meeting=meeting, **settings) for node in nodes]


def ended(children: list[subprocess.Popen[str]]) -> tuple[list[int], list[str]]:
    """The exit statuses, and what each said; they end in bounded time."""
    said = [child.communicate(timeout=PATIENCE_SECONDS)[0] for child in children]
    return [child.returncode for child in children], said


def cut_cable(node: Node) -> None:
    """From now on nothing comes through, and nobody is told."""
    _ip("-n", node.namespace, "link", "set", f"{node.namespace}-0", "down")


def remove_nodes(names: list[str]) -> None:
    """Take the networks down."""
    for name in filter(None, names):
        with suppress(OSError, subprocess.CalledProcessError):
            _ip("netns", "del", name)


def _runs(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _connect(names: list[str], addresses: list[str]) -> None:
    for name in names:
        _ip("netns", "add", name)
    _ip("link", "add", f"{names[0]}-0", "netns", names[0], "type", "veth", "peer", f"{names[1]}-0", "netns", names[1])
    for name, address in zip(names, addresses, strict=True):
        _ip("-n", name, "addr", "add", f"{address}/24", "dev", f"{name}-0")
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", name, "link", "set", f"{name}-0", "up")


def _ip(*arguments: str) -> None:
    subprocess.run([shutil.which("ip") or "ip", *arguments], check=True, capture_output=True, timeout=20)
