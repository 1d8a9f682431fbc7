"""`regraft serve`: a real process answers as `predict` does, says what it is, and ends when it is asked to."""

from __future__ import annotations

import json

import pytest

import regraft
from regraft.core import CACHE_VARIABLE
from served import Served, form_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def probed(photos, shared_cache, tmp_path_factory):
    """The run of a probe of the usual network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        return regraft.probe(photos, runs=tmp_path_factory.mktemp("probed"), quality="fast", n_strengths=3).folder


@pytest.fixture(scope="module")
def server(probed, shared_cache):
    """A server of one classifier under two names."""
    with Served(probed, f"again={probed}", cache=shared_cache) as process:
        yield process


@pytest.fixture(scope="module")
def pictures(photos):
    """A few files, by name."""
    return {path.name: path for path in sorted(photos.glob("*/0[0-5].*"))}


def test_answers_are_those_of_predict(server, probed, pictures):
    """To the last digit, one by one and many at a time, with as many classes as are asked for."""
    expected = [regraft.predict(probed, path, top_k=2).predictions[0] for path in pictures.values()]
    told = [json.loads(one.model_dump_json()) | {"path": "image 0"} for one in expected]
    name = probed.name
    alone = [server.predict(name, path.read_bytes(), "?top_k=2") for path in pictures.values()]
    assert {one.status for one in alone} == {200}
    assert [one.json["predictions"] for one in alone] == [[one] for one in told]
    body, headers = form_of({path.name: path.read_bytes() for path in pictures.values()})
    together = server.ask("POST", "/v1/models/again/predict?top_k=2", body, headers).json
    assert [one | {"path": "image 0"} for one in together["predictions"]] == told
    assert [one["path"] for one in together["predictions"]] == [path.name for path in pictures.values()]
    assert together["digest"] == alone[0].json["digest"]


def test_it_says_what_it_is(server, probed):
    """Classifiers with their labels, card and metrics; health; counts; OpenAPI."""
    names = [one["name"] for one in server.ask("GET", "/v1/models").json["models"]]
    assert names == sorted(["again", probed.name])
    model = server.ask("GET", "/v1/models/again").json
    assert model["class_names"] == ["blue", "green", "red"]
    assert model["about"]["card"].startswith("# Classifier")
    assert model["about"]["metrics"]["accuracy"]["value"] > 0.5
    assert model["about"]["inputs"][0]["transform"]["width"] == 224
    assert server.ask("GET", "/health/live").json == {"status": "live"}
    assert server.ask("GET", "/health/ready").json == {"status": "ready"}
    assert b"regraft_requests_total" in server.ask("GET", "/metrics").body
    assert "/v1/models/{name}/predict" in server.ask("GET", "/openapi.json").json["paths"]


def test_what_cannot_be_read_is_told(server, pictures):
    """Alone it is a problem with its reason; among others it is listed beside the answers."""
    alone = server.predict("again", b"nothing")
    assert (alone.status, alone.headers["content-type"]) == (422, "application/problem+json")
    assert alone.json["code"] == "unreadable_image"
    assert alone.json["unreadable"][0]["reason"] == "not_an_image"
    first = next(iter(pictures.values()))
    body, headers = form_of({"a.txt": b"nothing", "b.png": first.read_bytes()})
    both = server.ask("POST", "/v1/models/again/predict", body, headers)
    assert both.status == 200
    assert [one["path"] for one in both.json["unreadable"]] == ["a.txt"]
    assert [one["path"] for one in both.json["predictions"]] == ["b.png"]


def test_a_request_has_an_id_and_its_times(server, pictures):
    """Its own, or the client's; in the answer, the header and the log; what took how long where it is asked for."""
    image = next(iter(pictures.values())).read_bytes()
    own = server.predict("again", image, "?timings=true", **{"X-Request-Id": "mine-1"})
    assert own.headers["x-request-id"] == own.json["request_id"] == "mine-1"
    assert "engine;dur=" in own.headers["server-timing"]
    other = server.predict("again", image, **{"X-Request-Id": "<b>no</b>"})
    assert len(other.json["request_id"]) == 32
    assert "server-timing" not in other.headers


def test_what_a_parameter_takes_is_told_in_our_words(server):
    """Not in those of a library."""
    for query, sentence in (
        ("top_k=0", "top_k is a whole number from 1 to 1,000."),
        ("unknown=x", "unknown is true or"),
    ):
        told = server.predict("again", b"", f"?{query}")
        assert (told.status, told.json["code"]) == (400, "bad_option")
        assert told.json["detail"].startswith(sentence)


def test_it_ends_with_status_0(small_run, shared_cache, pictures):
    """By SIGTERM; the log is JSON lines, and names no file."""
    image = next(iter(pictures.values())).read_bytes()
    with Served(small_run, cache=shared_cache) as server:
        body, headers = form_of({"secret-name.png": image})
        assert server.ask("POST", f"/v1/models/{small_run.name}/predict", body, headers).status == 200
        assert server.end() == 0
        asked = [one for one in server.logged() if one["event"] == "request"]
    assert [(one["status"], one["n_images"]) for one in asked] == [(200, 1)]
    assert not any("secret-name" in line for line in server.lines)


def test_check_verifies_and_ends(command, small_run):
    """Golden inputs are replayed; what cannot be served is an error."""
    assert small_run.name in command("serve", small_run, "--check").stdout
    assert command("serve", "nowhere", "--check", check=False).returncode == 7
    refused = command("serve", small_run, "--check", "--host", "192.0.2.1", check=False)
    assert (refused.returncode, "--tokens" in refused.stderr) == (2, True)


def test_the_environment_gives_options(command, small_run):
    """By the names of the options."""
    given = {"REGRAFT_SERVE_PORT": "70000"}
    refused = command("serve", small_run, "--check", check=False, environment=given)
    assert (refused.returncode, "port" in refused.stderr) == (2, True)
