"""Programs that start in milliseconds: each is forked from a process that has imported what they need.

Such a program is a process of its own, with its own environment, folder, standard streams and end, and can be killed
with -9 like any other; it is only spared the imports, which take seconds. What a test says of imports, of the start of
Python, of locales or of closed streams needs `subprocess` itself.

    nursery = Nursery(("regraft.cli", "torch"))
    done = nursery.run(["-m", "regraft", "--help"], env=os.environ)
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from socket_fence import open_fence, raise_fence

_N_STREAMS = 4
_READY = b"ready"
_N_BYTES_MAX = 100_000
"""Of an order, which has to fit into one message."""
_CAN_FORK = sys.platform == "linux"
"""Elsewhere programs begin afresh: that is slower, and nothing else."""


class Nursery:
    """Starts programs from one process that has imported some modules.

    Args:
        modules: What it imports before anything is started.
    """

    def __init__(self, modules: tuple[str, ...]) -> None:
        if not _CAN_FORK:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            program = [sys.executable, __file__, str(theirs.fileno()), *modules]
            # Threads do not come along into a fork, and a pool of linear algebra would wait for them.
            alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            self._server = subprocess.Popen(
                program, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),), env=alone, start_new_session=True
            )
        self._socket = ours
        assert ours.recv(_N_BYTES_MAX) == _READY, "what is imported beforehand cannot be imported"

    def close(self) -> None:
        """End the server; programs that still run are killed."""
        if _CAN_FORK:
            self._socket.close()
            assert self._server.wait() == 0

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
        if not _CAN_FORK:
            return _start_afresh(argv, env, cwd, given, umask)
        (out, out_end), (err, err_end), (state, state_end) = os.pipe(), os.pipe(), os.pipe()
        order = {"argv": argv, "env": dict(env), "cwd": os.fspath(cwd or Path.cwd()), "umask": umask}
        message = json.dumps(order).encode()
        assert len(message) < _N_BYTES_MAX
        with tempfile.TemporaryFile() as source:
            source.write(given.encode())
            source.seek(0)
            socket.send_fds(self._socket, [message], [source.fileno(), out_end, err_end, state_end])
        for end in (out_end, err_end, state_end):
            os.close(end)
        return WarmProcess(arguments, out, err, state)

    def run(
        self,
        arguments: list[Any],
        *,
        env: dict[str, str],
        cwd: Path | str | None = None,
        given: str = "",
        umask: int = -1,
        timeout: float = 240,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, as `subprocess.run(..., capture_output=True, text=True)`."""
        process = self.start(arguments, env=env, cwd=cwd, given=given, umask=umask)
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


def serve(orders: socket.socket) -> dict[str, Any] | None:
    """Fork for each order. Returns the order in the child, None in the server when nobody can order any more."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    running: dict[int, int] = {}
    orders.send(_READY)
    while True:
        ready = select.select([orders.fileno(), woken], [], [])[0]
        if woken in ready:
            os.read(woken, 1 << 16)
            _report(running)
        if orders.fileno() not in ready:
            continue
        message, streams, _flags, _address = socket.recv_fds(orders, _N_BYTES_MAX, _N_STREAMS)
        if not message:
            for pid in running:
                os.killpg(pid, signal.SIGKILL)
            return None
        if (pid := os.fork()) == 0:
            _begin_alone(streams, (woken, wake, orders.detach(), *running.values()))
            order: dict[str, Any] = json.loads(message)
            return order
        given, out, err, state = streams
        with suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)  # whoever comes first: the caller may kill the group at once
        with suppress(BrokenPipeError):
            os.write(state, f"{pid}\n".encode())
        for end in (given, out, err):
            os.close(end)
        running[pid] = state


def _begin_alone(streams: list[int], others: tuple[int, ...]) -> None:
    """A group, signals and standard streams of its own; nothing else of the server's."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)
    for number, stream in enumerate(streams[:3]):
        os.dup2(stream, number)
    for end in (*streams, *others):
        os.close(end)


def _report(running: dict[int, int]) -> None:
    """Tell how those ended that have."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        state = running.pop(pid)
        with suppress(BrokenPipeError):
            os.write(state, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(state)


def become(order: dict[str, Any]) -> None:
    """Run the program that was ordered, as `python ARGUMENT...` would."""
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    if order["umask"] >= 0:
        os.umask(order["umask"])
    first, *rest = order["argv"]
    if first == "-c":
        sys.argv = ["-c", *rest[1:]]
        sys.path[0] = order["cwd"]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - as `python -c` does
    elif first == "-m":
        sys.argv = rest
        sys.path[0] = order["cwd"]
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [first, *rest]
        sys.path[0] = str(Path(first).parent)
        runpy.run_path(first, run_name="__main__")


def end(code: object) -> None:
    """End as `sys.exit` does, but for freeing what was imported: touching all of it would copy the server's memory."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else code is not None)


if __name__ == "__main__":
    for _module in sys.argv[2:]:
        importlib.import_module(_module)
    gc.freeze()  # what the collector looks at is copied, too
    raise_fence()
    open_fence("programs of tests")  # servers, and trainings of several processes, are on this machine
    if (_order := serve(socket.socket(fileno=int(sys.argv[1])))) is not None:
        try:
            become(_order)
        except SystemExit as _done:
            end(_done.code)
        end(0)
