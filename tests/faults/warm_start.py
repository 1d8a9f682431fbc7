"""Programs that start in milliseconds: each is forked from a process that has imported what they need.

Such a program is a process of its own, with its own environment, folder, standard streams and end, and can be killed
with -9 like any other; it is only spared the imports, which take seconds. What a test says of imports, of the start of
Python, of locales or of closed streams needs `subprocess` itself.

    server = NurseryServer(("regraft.cli", "torch"))
    done = Nursery(server.address).run(["-m", "regraft", "--help"], env=os.environ)
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import warm_server

CAN_FORK = sys.platform == "linux"
"""Elsewhere programs begin afresh: that is slower, and nothing else."""


class NurseryServer:
    """The process that the programs of all nurseries are forked from.

    Args:
        modules: What it imports as soon as there is a nursery.
        python: Its interpreter.
        env: Its environment; by default the caller's.

    Attributes:
        address: Where nurseries find it.
    """

    def __init__(
        self, modules: tuple[str, ...], *, python: Path | str = sys.executable, env: dict[str, str] | None = None
    ) -> None:
        if not CAN_FORK:
            self.address = ""
            return
        self._folder = tempfile.TemporaryDirectory(prefix="nursery-")
        self.address = f"{self._folder.name}/orders"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self.address)
            listener.listen()
            program = [python, warm_server.__file__, str(listener.fileno()), *modules]
            # Threads do not come along into a fork, and a pool of linear algebra would wait for them.
            alone = {**(os.environ if env is None else env), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                program, stdin=subprocess.PIPE, pass_fds=(listener.fileno(),), env=alone, start_new_session=True
            )

    def close(self) -> None:
        """End it; programs that still run are killed."""
        if CAN_FORK:
            self._process.communicate()
            self._folder.cleanup()
            assert self._process.returncode == 0


class Nursery:
    """Starts programs that are forked from a server.

    Args:
        address: The server's.
    """

    def __init__(self, address: str) -> None:
        if not CAN_FORK:
            return
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.connect(address)
        ready = self._socket.recv(warm_server.N_BYTES_MAX)
        assert ready == warm_server.READY, "what is imported beforehand cannot be imported"

    def close(self) -> None:
        """Its programs that still run are killed."""
        if CAN_FORK:
            self._socket.close()

    def start(
        self,
        arguments: list[Any],
        *,
        env: dict[str, str],
        cwd: Path | str | None = None,
        given: str = "",
        umask: int = -1,
    ) -> WarmProcess | subprocess.Popen[str]:
        """Start a program: `-m MODULE ARGUMENT...`, `-c CODE ARGUMENT...` or `SCRIPT ARGUMENT...`, its output in pipes.

        Args:
            arguments: As text or paths.
            env: Its environment.
            cwd: Its folder; by default the caller's.
            given: Its standard input.
            umask: Of the files that it makes; -1 for the caller's.
        """
        argv = [os.fsdecode(each) if isinstance(each, os.PathLike) else str(each) for each in arguments]
        if not CAN_FORK:
            return _start_afresh(argv, env, cwd, given, umask)
        (out, out_end), (err, err_end), (state, state_end) = os.pipe(), os.pipe(), os.pipe()
        order = {"argv": argv, "env": dict(env), "cwd": os.fspath(cwd or Path.cwd()), "umask": umask}
        message = json.dumps(order).encode()
        assert len(message) < warm_server.N_BYTES_MAX
        with tempfile.TemporaryFile() as source:
            source.write(given.encode())
            source.seek(0)
            socket.send_fds(self._socket, [message], [source.fileno(), out_end, err_end, state_end])
        for end in (out_end, err_end, state_end):
            os.close(end)
        return WarmProcess(arguments, out, err, state)

    def run(self, arguments: list[Any], *, timeout: float = 240, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run a program that `start` starts to its end, as `subprocess.run(..., capture_output=True, text=True)`."""
        process = self.start(arguments, **settings)
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
        assert process.returncode is not None
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def _start_afresh(
    argv: list[str], env: dict[str, str], cwd: Path | str | None, given: str, umask: int
) -> subprocess.Popen[str]:
    with tempfile.TemporaryFile() as source:
        source.write(given.encode())
        source.seek(0)
        return subprocess.Popen(
            [sys.executable, *argv], stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
            cwd=cwd, umask=umask,
        )  # fmt: skip


class WarmProcess:
    """A started program, as far as tests need `subprocess.Popen`.

    Attributes:
        pid: Of the process, which leads a group of its own.
        returncode: None until it has ended.
        stdout, stderr: What it writes, as text.
    """

    def __init__(self, arguments: list[Any], out: int, err: int, state: int) -> None:
        self.args = arguments
        self.stdout = os.fdopen(out, encoding="utf-8", errors="surrogateescape")
        self.stderr = os.fdopen(err, encoding="utf-8", errors="surrogateescape")
        self._state = os.fdopen(state)
        self.pid = int(self._state.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status if it has ended, negative for a signal."""
        if self.returncode is None and select.select([self._state], [], [], 0)[0]:
            self.returncode = int(self._state.readline())
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended."""
        if self.returncode is None and not select.select([self._state], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it writes, and its end."""
        limit = None if timeout is None else time.monotonic() + timeout
        parts: dict[Any, list[bytes]] = {self.stdout: [], self.stderr: []}
        waiting = [stream for stream in parts if not stream.closed]
        while waiting:
            left = None if limit is None else max(0.0, limit - time.monotonic())
            ready = select.select(waiting, [], [], left)[0]
            if not ready:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            for stream in ready:
                if data := os.read(stream.fileno(), 1 << 16):
                    parts[stream].append(data)
                else:
                    waiting.remove(stream)
        self.wait(None if limit is None else max(0.0, limit - time.monotonic()))
        for stream in parts:
            stream.close()
        out, err = (b"".join(read).decode("utf-8", "surrogateescape") for read in parts.values())
        return out, err

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, like -9."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def __del__(self) -> None:
        for stream in (self.stdout, self.stderr, self._state):
            stream.close()
