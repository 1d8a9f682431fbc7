"""Programs that compute features on a Ray cluster, and where processes listen."""

from __future__ import annotations

import ipaddress
import json
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ray_nodes import text_of, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from ray_nodes import RayCluster

CHILD = Path(__file__).with_name("ray_child.py")


class Driver:
    """`regraft.embed(..., on="ray")` in a process of its own; see `ray_child.py`."""

    def __init__(self, cluster: RayCluster, source: Path, cache: Path, **env: str) -> None:
        self.out = cache.with_suffix(".npy")
        self._said = cache.with_suffix(".json")
        self._said.unlink(missing_ok=True)
        command = [sys.executable, CHILD, source, self.out, self._said, cluster.address]
        self._printed = cache.with_suffix(".log")
        with self._printed.open("wb") as log:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                env={**cluster.env, "REGRAFT_CACHE": str(cache), **env},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that happens while it works."""

        def is_over() -> bool:
            assert self._process.poll() is None, self.printed()
            return is_so()

        wait_until(is_over)

    def kill(self) -> None:
        """Kill it with -9."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def said(self) -> dict[str, object]:
        """What it found, at its end."""
        self._process.wait(120)
        assert self._said.exists(), self.printed()
        return dict(json.loads(self._said.read_text()))

    def printed(self) -> str:
        """What came to its standard output and standard error."""
        return self._printed.read_text()


def listening_addresses(process: int) -> list[str]:
    """Where a process listens."""
    sockets = set()
    with suppress(OSError):
        for handle in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                sockets.add(str(handle.readlink()))
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in text_of(Path(f"/proc/{process}/net/{name}")).splitlines()
    ]
    listening = [fields for fields in lines if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets]
    return [_address(fields[1].partition(":")[0]) for fields in listening]


def _address(digits: str) -> str:
    """As the kernel writes it: words of four bytes, each the last byte first."""
    words = [bytes.fromhex(digits[start : start + 8])[::-1] for start in range(0, len(digits), 8)]
    found = ipaddress.ip_address(b"".join(words))
    return str(getattr(found, "ipv4_mapped", None) or found)
