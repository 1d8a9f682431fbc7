"""A transport that closes a connection so that its last answer can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio


class Leaver(Protocol):
    """What decides how a connection ends."""

    is_leaving: bool

    @property
    def is_arriving(self) -> bool:
        """Whether a request has begun, and is not whole."""

    def leave(self) -> None:
        """End the connection after a while."""


class LeavingTransport:
    """An asyncio transport, but for its end: while a request arrives the connection ends after a while.

    Args:
        transport: The real one.
        leaver: Ends it.
    """

    def __init__(self, transport: asyncio.Transport, leaver: Leaver) -> None:
        self._transport = transport
        self._leaver = leaver

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, unless the client has left."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def is_closing(self) -> bool:
        """Whether it takes nothing more."""
        return self._leaver.is_leaving or self._transport.is_closing()

    def close(self) -> None:
        """Take nothing more; what is written arrives."""
        if self.is_closing():
            return
        if self._leaver.is_arriving:
            self._leaver.leave()
        else:
            self._transport.close()
