"""HTTP/1.1 as uvicorn reads it, with limits on what it leaves open: slow and long heads, slow bodies, connections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from regraft.serving.problems import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

N_HEAD_BYTES_MAX = 64 << 10
N_HEADERS_MAX = 100
N_DRAINED_MAX = 1 << 20
"""Bytes of a body that are read after its request was refused, so that who sends it sees the refusal."""


@dataclass(frozen=True)
class Patience:
    """How long is waited for a client.

    Attributes:
        head_seconds: For the head of a request.
        body_seconds: For its body; and for an answer to be taken.
        n_connections: At a time.
    """

    head_seconds: float
    body_seconds: float
    n_connections: int


class TimedProtocol(HttpToolsProtocol):
    """One connection.

    Args:
        patience: The limits.
        **settings: As uvicorn gives them.
    """

    def __init__(self, patience: Patience, **settings: Any) -> None:
        super().__init__(**settings)
        self._patience = patience
        self._timer: asyncio.TimerHandle | None = None
        self._is_in_head = True
        self._is_in_body = False
        self._n_head_bytes = 0
        self._n_drained = 0
        self._refusal: Problem | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is here: it has some time to say what it wants."""
        super().connection_made(transport)
        if len(self.connections) > self._patience.n_connections:
            self._end(Problem("busy", "There are too many connections.", headers={"retry-after": "1"}))
            return
        self._wait(self._patience.head_seconds, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head or body."""
        if self.transport.is_closing():
            return
        if self._is_in_head:
            self._n_head_bytes += len(data)
        elif not self._is_in_body and self._timer is None:  # after an answer: another request begins
            self._is_in_head, self._n_head_bytes = True, len(data)
            self._wait(self._patience.head_seconds, self._head_is_late)
        super().data_received(data)
        if self._is_in_head and self._n_head_bytes > N_HEAD_BYTES_MAX and not self.transport.is_closing():
            self._end(Problem("head_too_large", f"The head of a request may have {N_HEAD_BYTES_MAX:,} bytes."))

    def on_headers_complete(self) -> None:
        """A head is whole.

        Raises:
            ValueError: It is refused; the parser passes that on as an error of its own.
        """
        n_bytes = sum(len(name) + len(value) for name, value in self.headers) + len(self.url)
        if len(self.headers) > N_HEADERS_MAX or n_bytes > N_HEAD_BYTES_MAX:
            sentence = f"The head of a request may have {N_HEADERS_MAX} headers and {N_HEAD_BYTES_MAX:,} bytes."
            self._refusal = Problem("head_too_large", sentence)
            raise ValueError(sentence)
        names = [name for name, _ in self.headers]
        if any(names.count(name) > 1 for name in (b"host", b"content-length", b"authorization", b"content-type")):
            self._refusal = Problem("bad_request", "A header that can be there once is there twice.")
            raise ValueError(names)
        self._is_in_head, self._is_in_body, self._n_drained = False, True, 0
        self._wait(self._patience.body_seconds, self._body_is_late)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body: of one that nobody wants any more, so much is read over."""
        super().on_body(body)
        if self.cycle.response_complete:
            self._n_drained += len(body)
            if self._n_drained > N_DRAINED_MAX:
                self.transport.close()

    def on_message_complete(self) -> None:
        """A body is whole."""
        self._is_in_body = False
        self._wait(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not take its answer."""
        super().pause_writing()
        self._wait(self._patience.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It does."""
        super().resume_writing()
        self._wait(None)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, or was refused while its head was read."""
        del msg
        self._end(self._refusal or Problem("bad_request", "This is no HTTP request."))

    def _wait(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None or then is None else self.loop.call_later(seconds, then)

    def _head_is_late(self) -> None:
        if self._n_head_bytes == 0:  # nobody has asked for anything
            self.transport.close()
            return
        self._end(Problem("too_slow", "The head of the request did not arrive in time."))

    def _body_is_late(self) -> None:
        if self.cycle is None or self.cycle.response_started:
            self.transport.close()
            return
        self.scope["state"]["is_too_slow"] = True
        self._end(Problem("too_slow", "The body of the request did not arrive in time."))
        self.cycle.disconnected = True
        self.cycle.message_event.set()

    def _end(self, problem: Problem) -> None:
        """Answer, and close the connection."""
        self._wait(None)
        body = problem.body()
        lines = [
            f"HTTP/1.1 {problem.status} {problem.code}",
            f"content-type: {MEDIA_TYPE}",
            f"content-length: {len(body)}",
            *(f"{name}: {value}" for name, value in problem.headers.items()),
            "connection: close",
        ]
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.transport.close()


def timed(patience: Patience) -> Callable[..., TimedProtocol]:
    """What uvicorn makes connections with.

    Args:
        patience: The limits.
    """
    return partial(TimedProtocol, patience)
