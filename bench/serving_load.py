"""Load for servers: h2load, clients that are slow on purpose, and what a server takes of the machine."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from rounds import give_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Answers:
    """What came back.

    Attributes:
        statuses: (n,) of each request.
        milliseconds: (n,) that each took.
        seconds: That all took.
        n_failed: Requests without an answer: resets, ends, time-outs.
        share: Of one core, that the load generator took.
    """

    statuses: NDArray[np.int64]
    milliseconds: NDArray[np.float64]
    seconds: float
    n_failed: int
    share: float

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return float((self.statuses == 200).sum()) / self.seconds

    def percentile(self, share: float, status: int = 200) -> float:
        """Milliseconds, of the answers with one status."""
        found = self.milliseconds[self.statuses == status]
        return float(np.percentile(found, share)) if len(found) else float("nan")


@dataclass(frozen=True)
class Target:
    """Where requests go, and what they are.

    Attributes:
        url: Of it.
        body: File with the body.
        kind: Content-Type.
    """

    url: str
    body: Path
    kind: str

    def load(self, n_clients: int, *, seconds: float = 0, n_requests: int = 0, rate: float = 0) -> Answers:
        """Ask again and again.

        Args:
            n_clients: Connections.
            seconds: How long; or
            n_requests: how often.
            rate: Of all clients together, whatever comes back; 0: each asks as soon as it is answered.
        """
        if shutil.which("h2load") is None:
            give_up("This needs h2load: apt install nghttp2-client")
        command = ["h2load", "--h1", "-c", str(n_clients), "-d", str(self.body), "-H", f"content-type: {self.kind}"]
        command += [f"--duration={seconds:g}"] if seconds else ["-n", str(n_requests)]
        command += [f"--rps={rate / n_clients:g}"] if rate else []
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log.tsv"
            began = time.perf_counter()
            done = subprocess.run([*command, f"--log-file={log}", self.url], check=True, capture_output=True, text=True)
            took = time.perf_counter() - began
            rows = np.loadtxt(log, dtype=np.int64, ndmin=2) if log.stat().st_size else np.zeros((0, 3), np.int64)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        counts = re.search(r"(\d+) errored, (\d+) timeout", done.stdout)
        n_failed = sum(map(int, counts.groups())) if counts else 0
        return Answers(rows[:, 1], rows[:, 2] / 1000, seconds or took, n_failed, used / took)


class Server:
    """A server process, until the context ends.

    Args:
        command: That runs it.
        target: What answers when it is ready.
    """

    def __init__(self, command: Sequence[str | Path], target: Target) -> None:
        self.target = target
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._began = time.perf_counter()
        self.process = subprocess.Popen(
            [*map(str, command)], stdout=self._errors, stderr=self._errors, start_new_session=True
        )
        self.seconds = 0.0
        """From the start of the process to its first answer."""

    def __enter__(self) -> Self:
        request = urllib.request.Request(self.target.url, self.target.body.read_bytes())  # noqa: S310 - our own
        request.add_header("Content-Type", self.target.kind)
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                    response.read()
                break
            except urllib.error.HTTPError as error:
                raise SystemExit(f"{self.target.url}: {error.code} {error.read()!r}") from error
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - self._began > 120:
                    self._errors.seek(0)
                    raise SystemExit(self._errors.read().decode()) from None
                time.sleep(0.01)
        self.seconds = time.perf_counter() - self._began
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # LitServe leaves workers behind, which go on waiting busily
        self.process.wait()
        self._errors.close()

    @property
    def n_bytes(self) -> int:
        """Of memory that it takes now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]) * 4096


class SlowClients:
    """Many clients that send the head of a request byte by byte, until the context ends.

    Args:
        port: Of the server on this machine.
        n_clients: How many.
    """

    def __init__(self, port: int, n_clients: int) -> None:
        self._port, self._n_clients = port, n_clients
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._drip)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _drip(self) -> None:
        open_ones: list[socket.socket] = []
        while not self._is_over.wait(0.5):
            while len(open_ones) < self._n_clients:
                open_ones.append(socket.create_connection(("127.0.0.1", self._port)))
                open_ones[-1].sendall(b"POST /v1/models/m/predict HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            left = []
            for one in open_ones:
                try:
                    one.sendall(b"a")
                    left.append(one)
                except OSError:  # cut off: another one comes
                    one.close()
            open_ones = left
        for one in open_ones:
            one.close()
