"""Hubs that answer, refuse, ask for a key or cannot be reached, and what is said of it."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from weights_hub import KEY, Hub

PATIENCE_SECONDS = 20.0
"""A limit against waiting for long, far above what anything takes."""


def _seconds_and_sentence(told):
    seconds, _, sentence = told.partition(" ")
    return float(seconds), sentence


@pytest.fixture
def black_hole(loopback):
    """A port that takes connections and never answers."""
    with closing(socket.create_server((loopback, 0))) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed_port(loopback):
    """A port that nobody listens at."""
    with closing(socket.create_server((loopback, 0))) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.slow
@pytest.mark.parametrize("status", [500, 503, 429, 403])
def test_a_hub_that_answers_with_an_error_costs_one_sentence(status, ask):
    """The status is told, with the ways out; nobody asks again."""
    with Hub(status=status) as hub:
        seconds, sentence = _seconds_and_sentence(ask(hub.address))
        assert len(hub.asked) == 1
    assert seconds < PATIENCE_SECONDS
    assert f"answers {status}" in sentence
    assert "--checkpoint FILE" in sentence
    assert "efficientnet-lite0 needs no network" in sentence


@pytest.mark.slow
def test_a_hub_that_nobody_reaches_costs_five_seconds_at_most(ask, black_hole, closed_port):
    """A closed port, a name that does not exist, a black hole, and a proxy that is none: a sentence says which."""
    nowhere = "http://hub.invalid"
    proxies = {"http_proxy": f"http://me:secret@{closed_port.removeprefix('http://')}"}
    cases = [(closed_port, {}, "refused"), (nowhere, {}, "hub.invalid"), (black_hole, {}, "within 4 seconds")]
    for endpoint, environment, why in [*cases, (nowhere, proxies, "through the proxy 127.0.0.1")]:
        seconds, sentence = _seconds_and_sentence(ask(endpoint, is_afresh=True, **environment))
        assert seconds < PATIENCE_SECONDS, endpoint
        assert why in sentence
        assert "secret" not in sentence
        assert sentence.count("could not be fetched") == 1


@pytest.mark.slow
def test_a_key_is_shown_where_it_is_asked_for_and_to_no_other_host(ask, content):
    """A gated file is asked for again with HF_TOKEN; the host that we are led on to does not see it."""
    with Hub(content, needs_key=True) as hub:
        assert ask(hub.address, HF_TOKEN=KEY) == ""
        assert [key for _path, key in hub.asked] == [None, f"Bearer {KEY}"]
    with Hub(content) as store, Hub(location=store.address, needs_key=True) as hub:
        assert ask(hub.address, HF_TOKEN=KEY) == ""
        assert {key for _path, key in store.asked} == {None}


@pytest.mark.slow
def test_a_late_answer_is_not_waited_for():
    """What does not come in time is a TimeoutError; what fails in time is its own error."""
    from regraft.backbones import hub_web

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        hub_web._answer_in_time(threading.Event().wait)
    assert time.monotonic() - began < hub_web._SECONDS_TO_ANSWER + 5
    with pytest.raises(ZeroDivisionError):
        hub_web._answer_in_time(lambda: 1 / 0)


@pytest.mark.slow
def test_a_key_is_read_only_where_the_hub_asks_for_one(ask, content, tmp_path):
    """A public file needs none, wherever it would be; a gated one takes that of HF_HOME; an unreadable one is none."""
    unreadable = {"HF_TOKEN_PATH": str(tmp_path)}
    with Hub(content) as hub:
        assert ask(hub.address, **unreadable) == ""
        assert [key for _path, key in hub.asked] == [None]
    with Hub(content, needs_key=True) as hub:
        assert "Set HF_TOKEN to a key" in ask(hub.address, **unreadable)
        (tmp_path / "hf").mkdir()
        (tmp_path / "hf" / "token").write_text(f"{KEY}\n")
        assert ask(hub.address) == ""
        assert [key for _path, key in hub.asked] == [None, None, f"Bearer {KEY}"]


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://127.0.0.1:abc", "127.0.0.1:abc"),
        ("http://127.0.0.1", "127.0.0.1"),
        ("http://[bad", "[bad"),
        ("me:sec/ret@host:8", "host:8"),
    ],
)
def test_a_proxy_is_told_as_it_stands_there(proxy, shown, monkeypatch):
    """Also one that is no address; never with its password."""
    from regraft.backbones import hub_web

    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")
    assert hub_web.way_to(urlsplit("https://hub.invalid")) == f"hub.invalid through the proxy {shown}"
