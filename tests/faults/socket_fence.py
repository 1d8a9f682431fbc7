"""No test touches a network: sockets of a test's process are refused, but for those of servers that tests start.

Python's audit events tell of every socket that Python code uses (compiled libraries have ways of their own). A server
opens the fence for this machine's own addresses while it runs; programs that tests start by a nursery may use these.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

_ADDRESSED = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
_NAMED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_OWN_ADDRESSES = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", socket.gethostname())  # noqa: S104 - all of one's own
_LOCAL = getattr(socket, "AF_UNIX", None)
_OPENED_BY: list[str] = []
touched: list[str] = []
"""What was refused, for those who caught the error that said so."""


class NetworkTouchedError(BaseException):
    """A test touches a network; no handler of errors shall take it for an unreachable server."""


def open_fence(who: str) -> None:
    """Let this process talk to itself, for a server's sake."""
    _OPENED_BY.append(who)


def close_fence(who: str) -> None:
    """That server has ended."""
    _OPENED_BY.remove(who)


def raise_fence() -> None:
    """Refuse sockets from now on, for the whole life of the process."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _NAMED:
        _require_own(event, arguments[0])
    elif event in _ADDRESSED and arguments[0].family != _LOCAL and arguments[1] is not None:
        _require_own(event, arguments[1][0])


def _require_own(event: str, host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host or ""
    if not _OPENED_BY or name not in _OWN_ADDRESSES:
        touched.append(f"{event} {name}")
        raise NetworkTouchedError(f"{event} {name}: servers are started by helpers that open the fence.")
