"""No test touches a network: sockets of this process are refused, but for those of servers that tests start.

Python's own audit events see every connection, whoever makes it. A server opens the fence for this machine's own
addresses while it runs.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

_EVENTS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
_OWN_ADDRESSES = ("127.0.0.1", "::1", "localhost", "")
_OPENED_BY: list[str] = []


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
    if event == "socket.getaddrinfo":
        _require_own(event, arguments[0])
    elif event in _EVENTS and arguments[0].family != socket.AF_UNIX and arguments[1] is not None:
        _require_own(event, arguments[1][0])


def _require_own(event: str, host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host or ""
    if not _OPENED_BY or name not in _OWN_ADDRESSES:
        raise AssertionError(
            f"A test touches a network ({event} {name!r}): servers are started by helpers that open the fence."
        )
