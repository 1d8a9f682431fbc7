"""A server that is asked by several threads: with patience where it is busy or away, and limits on its answers."""

from __future__ import annotations

import json
import random
import re
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from regraft.core import FetchError, OptionError, duration, quoted, shortened

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from regraft.core import RegraftError

TOKEN_VARIABLE = "REGRAFT_TOKEN"  # noqa: S105 - its name
N_BYTES_MAX = 32 << 20
"""Of an answer."""
_SECONDS_TO_CONNECT = 10.0
_SECONDS_TO_ANSWER = 120.0
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
_N_FAILURES_MAX = 4
"""So often a server may fail over one question."""


@dataclass(frozen=True)
class ServerAddress:
    """Where a server is.

    Attributes:
        url: As it was given.
        is_secure: Whether it speaks TLS.
        host: Its name or number.
        port: None for the usual one.
        path: Before that of each route.
    """

    url: str
    is_secure: bool
    host: str
    port: int | None
    path: str

    @classmethod
    def parse(cls, url: str) -> ServerAddress:
        """The address that a text is.

        Raises:
            OptionError: It is none.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
        is_fit = re.fullmatch(r"[!-~]+", url) and is_plain and parts.scheme in ("http", "https")
        if host is None or not is_fit:
            raise OptionError(
                f"{quoted(url)} is no server's address: write http://HOST:PORT or https://HOST, as the server says it "
                f"when it starts. A token goes into {TOKEN_VARIABLE}."
            )
        return cls(url, parts.scheme == "https", host, port, parts.path.rstrip("/"))


@dataclass(frozen=True)
class Reply:
    """An answer.

    Attributes:
        status: Its status.
        content: Its body.
        retry_after: Seconds after which it says to ask again.
    """

    status: int
    content: bytes
    retry_after: float | None = None

    @property
    def told(self) -> dict[str, Any]:
        """The JSON object that it holds; nothing where it is none."""
        try:
            told = json.loads(self.content)
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}

    @property
    def sentence(self) -> str:
        """What it says of what is wrong."""
        return shortened(str(self.told.get("detail") or f"status {self.status}"), 300)


@dataclass(eq=False)
class ServerLines:
    """Connections to a server, one for each thread that asks. A context: after it they are closed.

    Attributes:
        address: Of the server.
        token: That it is shown; empty for none.
        patience_seconds: How long it may be busy or away, and answer nobody.
    """

    address: ServerAddress
    token: str = field(repr=False)
    patience_seconds: float

    def __post_init__(self) -> None:
        self._own = threading.local()
        self._all: list[HTTPConnection] = []
        self._is_over = threading.Event()
        self._heard = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._all:
            connection.close()

    def hang_up(self) -> None:
        """End all questions of other threads, which fail."""
        self._is_over.set()
        for connection in self._all:
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def ask(self, path: str, body: bytes | None = None) -> Reply:
        """What the server answers; while it is busy or away it is asked again, after longer and longer waits.

        Args:
            path: Of a route, quoted, with its query.
            body: An image that is sent there; None where something is only looked up.

        Raises:
            FetchError: It cannot be reached or stays busy, or its answer is too long.
        """
        n_tries = n_failures = 0
        while True:
            wait = min(0.2 * 2**n_tries, 8) * random.uniform(0.7, 1.3)  # noqa: S311 - no secret: all shall not come at once
            try:
                reply = self._asked(path, body)
            except (OSError, HTTPException) as error:
                said = f"cannot be reached ({shortened(getattr(error, 'strerror', None) or str(error), 120)})"
            else:
                n_failures += reply.status == 500
                if reply.status not in _MAY_PASS or n_failures == _N_FAILURES_MAX:
                    self._heard = time.monotonic()
                    return reply
                said = f"does not answer: {reply.sentence}"
                wait = max(wait, (reply.retry_after or 0) * random.uniform(1.0, 1.2))  # noqa: S311
            n_tries += 1
            if time.monotonic() + wait > self._heard + self.patience_seconds or self._is_over.wait(wait):
                tried = f" It was asked for {duration(self.patience_seconds)}." if self.patience_seconds > 10 else ""
                raise FetchError(f"The server at {self.address.url} {said}.{tried} Is it running, and is that its URL?")

    def refusal(self, reply: Reply) -> RegraftError:
        """What an answer means that brings nothing."""
        url = self.address.url
        if reply.status == 401:
            what = (
                f"does not know the token in {TOKEN_VARIABLE}" if self.token else f"needs a token: set {TOKEN_VARIABLE}"
            )
            return OptionError(f"The server at {url} {what}.")
        if "code" not in reply.told:
            return FetchError(f"What answers at {url} is no server of Regraft: status {reply.status}.")
        return FetchError(f"The server at {url} refuses: {reply.sentence}")

    def _asked(self, path: str, body: bytes | None) -> Reply:
        connection = self._connection()
        headers = {"User-Agent": f"regraft/{version('regraft')}", "Content-Type": "application/octet-stream"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have said why before it hung up
                connection.request("GET" if body is None else "POST", self.address.path + path, body, headers)
            response = connection.getresponse()
            content = response.read(N_BYTES_MAX + 1)
        except BaseException:
            connection.close()
            raise
        if len(content) > N_BYTES_MAX:
            connection.close()
            raise FetchError(f"The server at {self.address.url} answers with more than {N_BYTES_MAX:,} bytes.")
        after = response.headers.get("Retry-After", "")
        return Reply(response.status, content, min(float(after), 3600.0) if after.isdecimal() else None)

    def _connection(self) -> HTTPConnection:
        """That of this thread."""
        found: HTTPConnection | None = getattr(self._own, "connection", None)
        if found is None:
            kind = HTTPSConnection if self.address.is_secure else HTTPConnection
            found = self._own.connection = kind(self.address.host, self.address.port, timeout=_SECONDS_TO_CONNECT)
            self._all.append(found)
        is_closed = found.sock is None
        if is_closed:
            found.connect()
            found.sock.settimeout(_SECONDS_TO_ANSWER)
        return found
