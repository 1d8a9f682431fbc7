"""An engine that fails: its request is told so with an id, the server says that it is not ready, and goes on."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import failing_server
from raw_requests import PREDICT
from served import Served, form_of
from server_load import Load, await_that

pytestmark = pytest.mark.slow


def plain(value):
    """An image that is all grey."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((32, 32, 3), value, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


BLACK, GREY, WHITE = plain(0), plain(128), plain(255)


@pytest.fixture(scope="module")
def server(classifier, shared_cache, until):
    """A server whose engine fails over black and white images; it looks for new versions once an hour."""
    known = {"FAILING_UNTIL": str(until)}
    program = (failing_server.__file__,)
    with Served(
        f"m={classifier}", "--renew", "3600", cache=shared_cache, environment=known, program=program
    ) as process:
        yield process


@pytest.mark.parametrize("image", [BLACK, WHITE], ids=["an error", "the end of its thread"])
def test_the_request_gets_500_and_ready_tells_until_it_is_opened_anew(image, server, until):
    """The log says under the request's id what happened; others are answered meanwhile, by the same version."""
    until.unlink(missing_ok=True)
    failed = [server.predict("m", image) for _ in range(5)]  # more than there are threads
    assert {(one.status, one.json["code"]) for one in failed} == {(500, "engine_failed")}
    ids = {one.json["request_id"] for one in failed}
    await_that(lambda: ids <= {one["id"] for one in server.logged() if one["event"] == "engine_failure"})
    assert not any("black" in one.body.decode() or "SystemExit" in one.body.decode() for one in failed)
    ready = server.ask("GET", "/health/ready")
    assert (ready.status, ready.json["code"], "opened anew" in ready.json["detail"]) == (503, "not_ready", True)
    assert server.ask("GET", "/health/live").status == 200
    assert server.predict("m", GREY).status == 200
    until.touch()
    await_that(lambda: server.ask("GET", "/health/ready").status == 200)
    again = server.predict("m", GREY)
    assert (again.status, server.ask("GET", "/v1/models/m").json["digest"]) == (200, again.json["digest"])


def test_a_decoder_that_ends_is_there_again(server, until):
    """Its request gets 500; decoding goes on."""
    until.touch()
    failed = [server.predict("m", b"EXIT") for _ in range(5)]
    assert {(one.status, one.json["code"]) for one in failed} == {(500, "engine_failed")}
    assert server.predict("m", GREY).status == 200


def test_an_image_that_fails_takes_no_other_with_it(server, until):
    """Under load, when images are computed together, only the requests that ask about it fail."""
    until.touch()
    with Load(server.port, GREY, n_clients=6) as load:
        load.await_answers(10)
        body, headers = form_of({f"{place}.png": GREY for place in range(8)} | {"black.png": BLACK})
        for _ in range(3):
            assert server.ask("POST", PREDICT.decode(), body, headers).status == 500
        load.await_answers(20)
    assert {status for status, _ in load.answers} == {200}
    assert (load.n_unheard, load.torn) == (0, [])
