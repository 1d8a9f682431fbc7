"""HTTP/1.1 as uvicorn reads it, with limits on what it leaves open: slow and long heads, slow bodies, connections."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from regraft.serving.leaving import LeavingTransport
from regraft.serving.problems import Problem

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from regraft.serving.visit import Scope

N_HEAD_BYTES_MAX = 64 << 10
N_HEADERS_MAX = 100
N_DRAINED_MAX = 1 << 20
"""Bytes that are read after their request was refused, so that who sends them sees the refusal."""
LEAVING_SECONDS = 2.0
"""For so long they are read after the connection's last answer."""
ONCE = (b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization", b"origin", b"expect")
"""Headers of which two could mean two things to two readers."""
_UPGRADE = re.compile(rb"(?im)^upgrade:")


@dataclass(frozen=True)
class Patience:
    """How long is waited for a client.

    Attributes:
        head_seconds: For the head of a request.
        body_seconds: For its body; and for an answer to be taken.
        n_connections: At a time.
        told: Is given each refusal that no application hears of, and the client's address.
        refused_at_once: Is asked before a request goes to the application: the answer, if it need not go there.
    """

    head_seconds: float
    body_seconds: float
    n_connections: int
    told: Callable[[Problem, str | None], None]
    refused_at_once: Callable[[Scope], bytes | None]


class TimedProtocol(HttpToolsProtocol):
    """One connection.

    Args:
        patience: The limits.
        **settings: As uvicorn gives them.
    """

    def __init__(self, patience: Patience, **settings: Any) -> None:
        super().__init__(**settings)
        self._patience = patience
        self._arrival: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._is_in_head = True
        self._is_in_body = False
        self.is_leaving = False
        self._n_head_bytes = 0
        self._n_drained = 0
        self._unanswered: deque[RequestResponseCycle] = deque()
        self._refusal: Problem | None = None
        self._later: Problem | None = None
        self._at_once: bytes | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is here: it has some time to say what it wants."""
        super().connection_made(cast("asyncio.Transport", LeavingTransport(transport, self, self.loop)))
        if len(self.connections) > self._patience.n_connections:
            self._refuse(Problem("busy", "There are too many connections.", headers={"retry-after": "1"}))
            return
        self._wait(self._patience.head_seconds, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._wait(None)
        self.resume_writing()
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head or body."""
        if self.is_leaving:
            self._drain(len(data))
            return
        if self._is_in_head:
            self._n_head_bytes += len(data)
            data = _without_upgrade(data)
        if self._later is None and not self.transport.is_closing():
            super().data_received(data)
        if self._is_in_head and self._n_head_bytes > N_HEAD_BYTES_MAX and not self.transport.is_closing():
            self._refuse(Problem("head_too_large", f"The head of a request may have {N_HEAD_BYTES_MAX:,} bytes."))

    def eof_received(self) -> None:
        """The client sends no more: where it has not said all, it is told so."""
        if self.is_arriving and not self.transport.is_closing():
            self._refuse(Problem("bad_request", "The request ended before it was whole."))

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        if not self._is_in_head:
            self._is_in_head, self._n_head_bytes = True, 1
            self._wait(self._patience.head_seconds, self._head_is_late)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of a head; those that come after a body say nothing about it."""
        if self._is_in_head:
            super().on_header(name, value)

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
        if len(set(names)) < len(names) and any(names.count(name) > 1 for name in ONCE):
            self._refusal = Problem("bad_request", "A header that can be there once is there twice.")
            raise ValueError(names)
        if self.parser.should_upgrade():  # its parser would take the body for another protocol
            self._refusal = Problem("bad_request", "This server speaks HTTP/1.1 only: no CONNECT, no Upgrade.")
            raise ValueError(names)
        super().on_headers_complete()
        self._is_in_head, self._is_in_body, self._n_drained = False, True, 0
        self._unanswered.append(self.cycle)
        self._wait(self._patience.body_seconds, self._body_is_late)
        if self._at_once is not None:
            answer, self._at_once = self._at_once, None
            self._turn_away(self.cycle, answer)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """A request is whole but for its body: it goes to the application, unless that would only turn it away."""
        answer = None
        if cycle.keep_alive and not cycle.waiting_for_100_continue:
            answer = self._patience.refused_at_once(cast("Scope", cycle.scope))
        if answer is None:
            super()._start_asgi_task(cycle, app)
        elif self._unanswered:  # one of several that came together: not one within the other
            self.loop.call_soon(self._turn_away, cycle, answer)
        else:
            self._at_once = answer

    def _turn_away(self, cycle: RequestResponseCycle, answer: bytes) -> None:
        """Answer without the application; the connection goes on."""
        if cycle.disconnected or self.transport.is_closing():
            return
        self.transport.write(answer)
        cycle.response_started = cycle.response_complete = True
        self.on_response_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body: of one that nobody wants any more, so much is read over."""
        super().on_body(body)
        if self.cycle.response_complete:
            self._drain(len(body))

    def on_message_complete(self) -> None:
        """A body is whole."""
        self._is_in_body = False
        self._wait(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is written: what was wrong with what came after it can be told now."""
        self._unanswered.popleft()
        super().on_response_complete()
        if self._later is not None and not self._unanswered and not self.transport.is_closing():
            self._end(self._later)

    def pause_writing(self) -> None:
        """The client does not take its answer."""
        super().pause_writing()
        self._taking = self.loop.call_later(self._patience.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It does."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, or was refused while its head was read."""
        del msg
        if not self.transport.is_closing():
            self._refuse(self._refusal or Problem("bad_request", "This is no HTTP request."))

    def leave(self) -> None:
        """Close the connection, after the client has had time to read the answer.

        Who closes while a request arrives takes back what is written, as TCP has it.
        """
        if self.is_leaving:
            return
        self.is_leaving = True
        self.flow.resume_reading()
        self.transport.write_eof()
        self._wait(LEAVING_SECONDS, self.transport.abort)

    @property
    def is_arriving(self) -> bool:
        """Whether a request has begun, and is not whole."""
        return self._is_in_body or (self._is_in_head and self._n_head_bytes > 0)

    def _drain(self, n_bytes: int) -> None:
        self._n_drained += n_bytes
        if self._n_drained > N_DRAINED_MAX:
            self.transport.abort()

    def _wait(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
        self._arrival = None if seconds is None or then is None else self.loop.call_later(seconds, then)

    def _head_is_late(self) -> None:
        if self._n_head_bytes == 0:  # nobody has asked for anything
            self.transport.close()
            return
        self._refuse(Problem("too_slow", "The head of the request did not arrive in time."))

    def _body_is_late(self) -> None:
        self._refuse(Problem("too_slow", "The body of the request did not arrive in time."))

    def _refuse(self, problem: Problem) -> None:
        """Answer instead of what is arriving; after the answers to what came before it."""
        if self._is_in_body and self.cycle.response_started:
            self.transport.abort()
            return
        visit = None
        if self._is_in_body:
            self._unanswered.pop()
            if self.pipeline and self.pipeline[0][0] is self.cycle:
                self.pipeline.popleft()
            else:
                visit = self.scope["state"].get("visit")
                self.cycle.disconnected = True
                self.cycle.message_event.set()
        if visit is not None:
            visit.status, visit.code = problem.status, problem.code
        else:
            self._patience.told(problem, self.client[0] if self.client else None)
        self._wait(None)
        if self._unanswered:
            self._later = problem
        else:
            self._end(problem)

    def _end(self, problem: Problem) -> None:
        """Answer, and close the connection."""
        self.transport.write(problem.written(headers=[(b"connection", b"close")]))
        self.leave()


def _without_upgrade(data: bytes) -> bytes:
    """The beginning of a head, without the wish for another protocol that some clients send with every request."""
    end = data.find(b"\r\n\r\n")
    end = end if end >= 0 else len(data)
    return _UPGRADE.sub(b"x-not-now:", data[:end]) + data[end:] if data.find(b"pgrade", 0, end) >= 0 else data


def timed(patience: Patience) -> Callable[..., TimedProtocol]:
    """What uvicorn makes connections with.

    Args:
        patience: The limits.
    """
    return partial(TimedProtocol, patience)
