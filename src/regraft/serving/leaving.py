"""A transport that closes a connection so that its last answer can be read, and sends a head with what follows it."""

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

    uvicorn writes an answer's head and body one by one; each write is a system call, which takes as long as all else of
    a refusal. So a head waits for its body, or for the loop's next turn.

    Args:
        transport: The real one.
        leaver: Ends it.
        loop: That it belongs to.
    """

    def __init__(self, transport: asyncio.Transport, leaver: Leaver, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._leaver = leaver
        self._loop = loop
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, unless the client has left."""
        whole, self._head = self._head + data, b""
        if whole.endswith(b"\r\n\r\n"):
            self._head = whole
            self._loop.call_soon(self.flush)
        elif not self._transport.is_closing():
            self._transport.write(whole)

    def flush(self) -> None:
        """Send what waits."""
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)

    def write_eof(self) -> None:
        """Send what waits, and no more."""
        self.flush()
        self._transport.write_eof()

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
            self.flush()
            self._transport.close()
