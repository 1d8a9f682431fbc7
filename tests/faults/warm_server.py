"""The process that programs of nurseries are forked from: it imports modules, and becomes what it is asked to.

    python warm_server.py SOCKET MODULE...

SOCKET is the number of a listening socket that it has inherited. It imports when the first nursery connects, and ends
with its standard input. See `warm_start`.
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
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from socket_fence import open_fence, raise_fence

N_STREAMS = 4
READY = b"ready"
N_BYTES_MAX = 100_000
"""Of an order, which has to fit into one message."""


class _Server:
    """What runs, and for whom.

    Args:
        listener: Where nurseries connect.
    """

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.woken, self.wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake)
        self.nurseries: list[socket.socket] = []
        self.running: dict[int, tuple[int, socket.socket]] = {}

    def serve(self, modules: list[str]) -> dict[str, Any] | None:
        """Fork for each order. Returns the order in the child, None in the server when its input has ended."""
        while True:
            ready = select.select([0, self.woken, self.listener, *self.nurseries], [], [])[0]
            if self.woken in ready:
                os.read(self.woken, 1 << 16)
                self._report()
            if self.listener in ready:
                self._greet(modules)
            for nursery in [one for one in self.nurseries if one in ready]:
                if (order := self._obey(nursery)) is not None:
                    return order
            if 0 in ready:
                self._kill(*self.nurseries)
                return None

    def _greet(self, modules: list[str]) -> None:
        if not self.nurseries:
            for module in modules:
                importlib.import_module(module)
            gc.freeze()  # what the collector looks at is copied, too
        self.nurseries.append(self.listener.accept()[0])
        self.nurseries[-1].send(READY)

    def _obey(self, nursery: socket.socket) -> dict[str, Any] | None:
        """The order, in a child that is to become it."""
        message, streams, _flags, _address = socket.recv_fds(nursery, N_BYTES_MAX, N_STREAMS)
        if not message:
            self._kill(nursery)
            self.nurseries.remove(nursery)
            nursery.close()
            return None
        if (pid := os.fork()) == 0:
            states = [state for state, _nursery in self.running.values()]
            sockets = [one.detach() for one in (self.listener, *self.nurseries)]
            _begin_alone(streams, (self.woken, self.wake, *sockets, *states))
            order: dict[str, Any] = json.loads(message)
            return order
        given, out, err, state = streams
        with suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)  # whoever comes first: the caller may kill the group at once
        with suppress(BrokenPipeError):
            os.write(state, f"{pid}\n".encode())
        for end in (given, out, err):
            os.close(end)
        self.running[pid] = state, nursery
        return None

    def _kill(self, *nurseries: socket.socket) -> None:
        for pid, (_state, nursery) in self.running.items():
            if nursery in nurseries:
                os.killpg(pid, signal.SIGKILL)

    def _report(self) -> None:
        """Tell how those ended that have."""
        while self.running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            state, _nursery = self.running.pop(pid)
            with suppress(BrokenPipeError):
                os.write(state, f"{os.waitstatus_to_exitcode(status)}\n".encode())
            os.close(state)


def _begin_alone(streams: list[int], others: tuple[int, ...]) -> None:
    """A group, signals and standard streams of its own; nothing else of the server's."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)
    for number, stream in enumerate(streams[:3]):
        os.dup2(stream, number)
    for end in (*streams, *others):
        os.close(end)


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
    raise_fence()
    open_fence("programs of tests")  # servers, and trainings of several processes, are on this machine
    if (_order := _Server(socket.socket(fileno=int(sys.argv[1]))).serve(sys.argv[2:])) is not None:
        try:
            become(_order)
        except SystemExit as _done:
            end(_done.code)
        end(0)
