"""Clients that send or take byte by byte: they are cut off, and others do not notice them."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, closing, suppress

import pytest

from raw_requests import hear, post
from served import Served
from server_load import PATIENCE_SECONDS, await_that

pytestmark = pytest.mark.slow
N_SLOW = 200
HEAD = post(b"", b"Content-Length: 5000")


@pytest.fixture(scope="module")
def impatient(classifier, shared_cache):
    """A server that waits a second."""
    with Served(f"m={classifier}", "--header-seconds", "1", "--body-seconds", "1", cache=shared_cache) as process:
        yield process


def drip(port, begin, rest):
    """Send a beginning, then byte after byte; gives the answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(begin)
        connection.settimeout(0.02)
        for place in range(len(rest)):
            with suppress(TimeoutError):
                connection.send(rest[place : place + 1])
                if connection.recv(1, socket.MSG_PEEK):
                    break
        return hear(connection, time.monotonic() + PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("begin", "rest"),
    [
        (b"", HEAD[:-2] + b"X: y\r\n" * 500),
        (HEAD, b"x" * 4999),
        (post(b"", b"Transfer-Encoding: chunked"), b"1\r\nx\r\n" * 500),
        (post(b"x"), b"GET /" + b"x" * 5000),
    ],
    ids=["head", "body", "chunks", "second head"],
)
def test_who_sends_byte_by_byte_is_cut_off(begin, rest, impatient):
    """The answer is 408, with its reason; after an answer, that one is heard first, and the connection ends."""
    heard = drip(impatient.port, begin, rest)
    if begin == post(b"x"):
        assert heard.status == 422
    else:
        assert (heard.status, b'"too_slow"' in heard.body) == (408, True)


def test_who_does_not_take_its_answers_is_cut_off(impatient, image):
    """A thousand requests whose answers nobody reads end with the connection; others are served meanwhile."""
    asked = b"GET /v1/models/m HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100
    with socket.create_connection(("127.0.0.1", impatient.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(1)
        is_cut_off, limit = False, time.monotonic() + PATIENCE_SECONDS
        while not is_cut_off:
            assert time.monotonic() < limit
            try:
                connection.sendall(asked)
            except TimeoutError:  # the server has stopped reading
                continue
            except ConnectionError:
                is_cut_off = True
            assert impatient.predict("m", image).status == 200


def test_two_hundred_slow_clients_do_not_keep_others_out(classifier, shared_cache, image):
    """They fill the queue with bodies that hardly arrive; whoever comes with a whole request takes the place of one."""
    with Served(f"m={classifier}", cache=shared_cache) as server:
        with ExitStack() as slow:
            for _ in range(N_SLOW):
                connection = slow.enter_context(closing(socket.create_connection(("127.0.0.1", server.port))))
                connection.sendall(HEAD + b"x")
            await_that(lambda: server.predict("m", image).status == 200)
            assert [server.predict("m", image).status for _ in range(20)] == [200] * 20
        assert server.end() == 0
    codes = [one.get("code") for one in server.logged() if one["event"] == "request"]
    assert "too_slow" in codes
    assert len(codes) - codes.count(None) >= N_SLOW
