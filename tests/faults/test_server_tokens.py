"""A server that others can reach: nothing is told without a token, and no more than its rate allows with one."""

from __future__ import annotations

import secrets

import pytest

from described import ask_as_described
from raw_requests import PREDICT
from served import Served, form_of
from server_load import await_that

pytestmark = pytest.mark.slow
ALICE, BOB, CAROL = (secrets.token_urlsafe() for _ in range(3))
PATHS = (
    "/", "/docs", "/docs/begin.js", "/openapi.json", "/metrics", "/health/live", "/health/ready", "/v1/models",
    "/v1/models/m", "/v1/models/m/predict", "/nowhere", "//", "/%00", "/v1/models/unknown", "/docs/../metrics",
)  # fmt: skip
WRONG = {
    "none": {},
    "another": {"Authorization": f"Bearer {secrets.token_urlsafe()}"},
    "another kind": {"Authorization": f"Basic {ALICE}"},
    "nothing": {"Authorization": "Bearer "},
    "a part": {"Authorization": f"Bearer {ALICE[:-1]}"},
    "more": {"Authorization": f"Bearer {ALICE} {BOB}"},
    "its name": {"Authorization": "Bearer alice"},
    "no kind": {"Authorization": ALICE},
    "a cookie": {"Cookie": f"token={ALICE}"},
}


def bearing(token):
    """The header."""
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def server(classifier, shared_cache, tmp_path_factory):
    """A server at all addresses of this machine."""
    file = tmp_path_factory.mktemp("tokens") / "tokens"
    file.touch(0o600)
    file.write_text(f"# who may ask\nalice {ALICE}\n\nbob {BOB} 0.01\ncarol {CAROL} 0.01\n")
    everywhere = "0.0.0.0"  # noqa: S104 - that is what tokens are for
    with Served(f"m={classifier}", "--host", everywhere, "--tokens", file, cache=shared_cache) as process:
        yield process


@pytest.mark.parametrize("kind", WRONG)
def test_nothing_is_told_without_a_token(kind, server):
    """Every path, every method: 401, whether there is something or not."""
    told = [server.ask("GET", path, headers=WRONG[kind]) for path in PATHS]
    told += [server.ask(how, PREDICT.decode(), b"x", WRONG[kind]) for how in ("POST", "PUT", "OPTIONS", "DELETE")]
    told += [server.ask("GET", f"/v1/models?token={ALICE}", headers=WRONG[kind])]
    assert {(one.status, one.json["code"], one.headers["www-authenticate"]) for one in told} == {
        (401, "token_needed", "Bearer")
    }


def test_a_token_opens_everything_and_its_name_is_logged(server, signs):
    """The log says who asked, and never with what."""
    for path in ("/docs", "/openapi.json", "/metrics", "/health/live", "/health/ready", "/v1/models", "/v1/models/m"):
        assert server.ask("GET", path, headers=bearing(ALICE)).status == 200
    image = (signs / "red" / "00.png").read_bytes()
    assert server.predict("m", image, **bearing(ALICE)).status == 200
    assert server.predict("m", image, Authorization=f"bearer  {ALICE} ").status == 200
    await_that(lambda: "alice" in [one.get("token") for one in server.logged()])
    assert not any(token in line for line in server.lines for token in (ALICE, BOB, CAROL))


def test_a_rate_is_kept(server, signs):
    """Whoever has had its share is told when to come again (429); others are served."""
    image = (signs / "red" / "00.png").read_bytes()
    assert server.predict("m", image, **bearing(BOB)).status == 200
    again = server.predict("m", image, **bearing(BOB))
    assert (again.status, again.json["code"]) == (429, "rate_exceeded")
    assert 1 <= int(again.headers["retry-after"]) <= 100
    assert server.ask("GET", "/v1/models", headers=bearing(BOB)).status == 200
    assert server.predict("m", image, **bearing(ALICE)).status == 200


def test_a_form_costs_as_much_as_its_images(server, signs):
    """Five images at once are five of the rate."""
    image = (signs / "red" / "00.png").read_bytes()
    body, headers = form_of({f"{place}.png": image for place in range(5)})
    assert server.ask("POST", PREDICT.decode(), body, headers | bearing(CAROL)).status == 200
    again = server.predict("m", image, **bearing(CAROL))
    assert (again.status, int(again.headers["retry-after"]) > 400) == (429, True)


def test_it_is_as_its_openapi_says(server, tmp_path):
    """Whatever is asked, also against the description: no 5xx, and each answer conforms to it."""
    n_asked, wrong = ask_as_described(server.port, tmp_path, n_each=15, headers=[f"Authorization: Bearer {ALICE}"])
    assert wrong == ""
    assert n_asked >= 200
