"""Malformed requests, byte by byte, from tables with a seed; and a client that sends anything."""

from __future__ import annotations

import random
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREDICT = b"/v1/models/m/predict"
CLOSED = 0
"""The status of a connection that ended without an answer."""


@dataclass(frozen=True)
class Malformed:
    """A request, and what may be answered.

    Attributes:
        name: What is wrong with it.
        data: All bytes.
        statuses: Of the first answer; CLOSED where none can be given.
        ends: Whether the client says that it sends no more.
    """

    name: str
    data: bytes
    statuses: tuple[int, ...] = (400,)
    ends: bool = False


@dataclass
class Heard:
    """What came back.

    Attributes:
        status: Of the first answer that is not "go on"; CLOSED if there is none.
        head: Of it.
        body: What came after its head: its body, and perhaps other answers.
    """

    status: int = CLOSED
    head: bytes = b""
    body: bytes = b""
    goes_on: bool = field(default=False)


def send_raw(port: int, data: bytes, *, ends: bool = False, seconds: float = 15) -> Heard:
    """Send bytes as they are on a connection of their own; hear one answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
        if ends:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
        return hear(connection, time.monotonic() + seconds, has_body=not data.startswith(b"HEAD"))


def hear(connection: socket.socket, until: float, *, has_body: bool = True) -> Heard:
    """One answer, or the end of the connection; nothing by then is an error."""
    told, found = b"", Heard()
    while True:
        if told.startswith(b"HTTP/1.1 100 ") and b"\r\n\r\n" in told:
            told, found.goes_on = told.split(b"\r\n\r\n", 1)[1], True
        if b"\r\n\r\n" in told:
            found.head, found.body = told.split(b"\r\n\r\n", 1)
            found.status = int(found.head.split(b" ", 2)[1])
            if not has_body or len(found.body) >= _length(found.head):
                return found
        connection.settimeout(max(until - time.monotonic(), 0.01))
        try:
            piece = connection.recv(1 << 16)
        except ConnectionError:
            piece = b""
        if not piece:
            return found
        told += piece


def _length(head: bytes) -> int:
    lines = [line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:]]
    return next((int(value) for name, value in lines if name == b"content-length"), 0)


def post(body: bytes = b"nothing", *lines: bytes, path: bytes = PREDICT, kind: bytes = b"image/png") -> bytes:
    """A request that is well-formed where `lines` are."""
    length = () if any(line.lower().startswith((b"content-length", b"transfer-")) for line in lines) else (len(body),)
    head = [b"POST " + path + b" HTTP/1.1", b"Host: localhost", b"Content-Type: " + kind, *lines]
    return b"\r\n".join([*head, *(b"Content-Length: %d" % one for one in length), b"", body])


def form(*parts: bytes, kind: bytes = b"multipart/form-data; boundary=edge", end: bytes = b"--edge--\r\n") -> bytes:
    """A form of parts, each with its own head."""
    return post(b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + end, kind=kind)


def part(name: bytes = b"a.png", data: bytes = b"nothing") -> bytes:
    """A file in a form."""
    return b'Content-Disposition: form-data; name="files"; filename="' + name + b'"\r\n\r\n' + data


def chunked(*chunks: bytes, trailers: bytes = b"\r\n") -> bytes:
    """A request in chunks."""
    body = b"".join(b"%x\r\n" % len(chunk) + chunk + b"\r\n" for chunk in chunks)
    return post(body + b"0\r\n" + trailers, b"Transfer-Encoding: chunked")


def each(name: str, requests: Iterable[bytes], *statuses: int, ends: bool = False) -> Iterator[Malformed]:
    """Requests that have one thing wrong with them."""
    for number, data in enumerate(requests):
        yield Malformed(f"{name} {number}", data, statuses or (400,), ends)


def junk(rng: random.Random, n_bytes: int) -> bytes:
    """Bytes that mean nothing."""
    return rng.randbytes(n_bytes)
