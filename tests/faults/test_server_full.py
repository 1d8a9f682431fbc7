"""A server that is full: whoever comes is refused at once, in order, on a connection that goes on."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest

import failing_server
from raw_requests import Heard, hear, post
from served import Served
from server_load import PATIENCE_SECONDS, await_that

pytestmark = pytest.mark.slow
BUSY = post(b"x" * 100_000)


@pytest.fixture(scope="module")
def server(classifier, shared_cache, until):
    """A server that accepts one request at a time."""
    known = {"FAILING_UNTIL": str(until)}
    program = (failing_server.__file__,)
    with Served(f"m={classifier}", "--queue", "1", cache=shared_cache, environment=known, program=program) as process:
        yield process


@pytest.fixture
def full(server, until):
    """The server, when it has accepted a request that takes until the end of the test."""
    until.unlink(missing_ok=True)
    first = threading.Thread(target=server.predict, args=("m", b"HOLD"))
    first.start()
    await_that(lambda: value_of(server, "regraft_requests_under_way") == 1)
    yield server
    until.touch()
    first.join()


def value_of(server, name):
    """What the metrics say."""
    lines = server.ask("GET", "/metrics").body.decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.split(" ")[0] == name)


def heard_in_turn(connection, n_answers):
    """Answers that come one after the other, by their lengths."""
    connection.settimeout(PATIENCE_SECONDS)
    told, found = b"", []
    while len(found) < n_answers:
        told += connection.recv(1 << 16)
        while b"\r\n\r\n" in told:
            head, rest = told.split(b"\r\n\r\n", 1)
            n_bytes = next(
                int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
            )
            if len(rest) < n_bytes:
                break
            found.append(Heard(int(head.split(b" ")[1]), head, rest[:n_bytes]))
            told = rest[n_bytes:]
    return found


def test_who_comes_is_refused_and_the_connection_goes_on(full, until, image):
    """Three times with a body, and then, on the same connection, the answer; each refusal is counted, and logged."""
    n_before = value_of(full, 'regraft_refusals_total{code="busy"}')
    with socket.create_connection(("127.0.0.1", full.port)) as connection:
        for _ in range(3):
            connection.sendall(BUSY)
            (one,) = heard_in_turn(connection, 1)
            problem = json.loads(one.body)
            assert (one.status, problem["code"]) == (503, "busy")
            assert {b"retry-after: 1", b"cache-control: no-store"} < set(one.head.lower().split(b"\r\n"))
            assert f"x-request-id: {problem['request_id']}".encode() in one.head.lower()
        assert value_of(full, 'regraft_refusals_total{code="busy"}') == n_before + 3
        await_that(lambda: problem["request_id"] in {line.get("id") for line in full.logged()})
        until.touch()
        await_that(lambda: value_of(full, "regraft_requests_under_way") == 0)
        connection.sendall(post(image))
        (one,) = heard_in_turn(connection, 1)
        assert one.status == 200


def test_requests_that_come_together_are_answered_in_their_order(full):
    """Also a thousand of them, and such as are no POST."""
    ready = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", full.port)) as connection:
        connection.sendall((post(b"x") * 9 + ready) * 100)
        found = heard_in_turn(connection, 1000)
    assert [one.status for one in found] == ([503] * 9 + [200]) * 100


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (post(b"x", b"Host: elsewhere.example").replace(b"Host: localhost\r\n", b""), 421),
        (post(b"x", b"Origin: http://elsewhere.example"), 403),
        (post(b"", b"Content-Length: 99999999999"), 413),
        (post(b"x", b"Connection: close"), 503),
        (post(b"", b"Expect: 100-continue", b"Content-Length: 9"), 503),
    ],
    ids=["host", "origin", "length", "close", "expect"],
)
def test_what_is_wrong_is_told_first(request_, status, full):
    """Being full hides nothing from the gate; nobody is told to go on and send what nobody reads."""
    with socket.create_connection(("127.0.0.1", full.port)) as connection:
        connection.sendall(request_)
        one = hear(connection, time.monotonic() + PATIENCE_SECONDS)
    assert (one.status, one.goes_on) == (status, False)


def test_a_body_that_nobody_wants_is_not_read_to_its_end(full):
    """After a megabyte the connection ends."""
    with socket.create_connection(("127.0.0.1", full.port)) as connection:
        connection.sendall(post(b"", b"Content-Length: 20000000"))
        (one,) = heard_in_turn(connection, 1)
        assert one.status == 503
        with pytest.raises(ConnectionError):
            connection.sendall(bytes(19_000_000))
