"""A server that is asked to end under load: it says so, answers what it has accepted, and ends with status 0."""

from __future__ import annotations

import pytest

from raw_requests import PREDICT
from served import Served
from server_load import Load, await_that

pytestmark = pytest.mark.slow
N_RESTARTS = 3


@pytest.mark.parametrize("n_clients", range(2, 2 + N_RESTARTS))
def test_no_accepted_request_is_lost(n_clients, classifier, shared_cache, image):
    """As many answers arrive whole as the log says were given; who came later was told to come again, or not heard."""
    with Served(f"m={classifier}", cache=shared_cache) as server, Load(server.port, image, n_clients=n_clients) as load:
        load.await_answers(20)
        assert server.end() == 0
    given = [one for one in server.logged() if one["event"] == "request"]
    assert load.torn == []
    assert {one["status"] for one in given} <= {200, 503}
    assert len(load.of(200)) == sum(one["status"] == 200 for one in given) >= 20
    assert {one["code"] for one in load.of(503)} <= {"ending"}


def test_ready_turns_false_while_accepted_requests_are_answered(classifier, shared_cache, image):
    """A request whose body still arrives is answered; meanwhile others are told that the server ends."""
    with Served(f"m={classifier}", cache=shared_cache) as server:
        connection = server.connect()
        connection.putrequest("POST", PREDICT.decode())
        connection.putheader("Content-Type", "image/png")
        connection.putheader("Content-Length", str(len(image)))
        connection.endheaders(image[:100])
        await_that(lambda: b"requests_under_way 1.0" in server.ask("GET", "/metrics").body)
        server.process.terminate()
        await_that(lambda: server.ask("GET", "/health/ready").status == 503)
        assert server.ask("GET", "/health/live").status == 200
        refused = server.predict("m", image)
        assert (refused.status, refused.json["code"], refused.headers["retry-after"]) == (503, "ending", "1")
        connection.send(image[100:])
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("connection")) == (200, "close")
        assert b'"red"' in answer.read()
        assert server.end() == 0


def test_what_does_not_arrive_by_the_deadline_holds_up_no_end(classifier, shared_cache):
    """A body that never ends is cut off, and the server ends."""
    with Served(f"m={classifier}", "--body-seconds", "1", cache=shared_cache) as server:
        connection = server.connect()
        connection.request("POST", PREDICT.decode(), b"x", {"Content-Type": "image/png", "Content-Length": "9"})
        await_that(lambda: b"requests_under_way 1.0" in server.ask("GET", "/metrics").body)
        assert server.end() == 0
        assert connection.getresponse().status == 408
