"""Published weights: fetched from a hub on this machine, and what is said of hubs that cannot be reached."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

NAME = "test_resnet.r160_in1k"
PATH = f"/timm/{NAME}/resolve/main/model.safetensors"
PATIENCE_SECONDS = 20.0
"""A limit against waiting for long, far above what anything takes."""
PROGRAM = """
import sys, time
from pathlib import Path
from regraft.backbones.hub import fetch_weights
from regraft.core import BackboneError
import huggingface_hub
began = time.monotonic()
try:
    fetch_weights({name!r}, {{"hf_hub_id": "timm/" + {name!r}, "architecture": "test_resnet"}}, Path({cache!r}))
except BackboneError as error:
    print(f"{{time.monotonic() - began:.2f}} {{error}}")
"""
RESOLVING = """
from pathlib import Path
from regraft.backbones import resolve_backbone
print(resolve_backbone({name!r}, cache=Path({cache!r})).digest)
"""
KEY = "hf_key"


class Hub:
    """A hub of one file; use it as a context manager.

    Args:
        content: The file.
        status: What is answered instead of the file.
        pause_seconds: Between two halves of the file.
        needs_key: Whether a key must be shown.
        location: Where the file is elsewhere.
    """

    def __init__(self, content=b"", *, status=None, pause_seconds=0.0, needs_key=False, location=None):
        self.content, self.status, self.pause_seconds = content, status, pause_seconds
        self.needs_key, self.location = needs_key, location
        self.asked = []

    def __enter__(self):
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                hub.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, handler):
        key = handler.headers.get("Authorization")
        self.asked.append((handler.path, key))
        status = 401 if self.needs_key and key is None else self.status
        status = status or (200 if handler.path == PATH else 404)
        if self.location is not None and status != 401:
            handler.send_response(302)
            handler.send_header("Location", self.location + handler.path)
            handler.end_headers()
            return
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(self.content) if status == 200 else 0))
        handler.end_headers()
        if status == 200:
            half = len(self.content) // 2
            handler.wfile.write(self.content[:half])
            handler.wfile.flush()
            if self.pause_seconds:
                threading.Event().wait(self.pause_seconds)
            handler.wfile.write(self.content[half:])


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Weights of timm's smallest network, as its hub has them."""
    import timm
    from safetensors.torch import save_file

    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    save_file(timm.create_model(NAME).state_dict(), path)
    return path.read_bytes()


@pytest.fixture
def ask(tmp_path):
    """Resolves the network in a process of its own; what it prints, and nothing on standard error."""

    def run(endpoint, program=PROGRAM, **environment):
        done = subprocess.run(
            [sys.executable, "-c", program.format(name=NAME, cache=str(tmp_path / "cache"))],
            capture_output=True,
            text=True,
            check=True,
            timeout=200,
            env={
                **{name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"},
                "HF_ENDPOINT": endpoint,
                "HF_HOME": str(tmp_path / "hf"),
                "no_proxy": "" if "http_proxy" in environment else "127.0.0.1",
                **environment,
            },
        )
        assert done.stderr == ""
        return done.stdout.strip()

    return run


def _seconds_and_sentence(told):
    seconds, _, sentence = told.partition(" ")
    return float(seconds), sentence


@pytest.fixture
def black_hole():
    """A port that takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed_port():
    """A port that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
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
        seconds, sentence = _seconds_and_sentence(ask(endpoint, **environment))
        assert seconds < PATIENCE_SECONDS, endpoint
        assert why in sentence
        assert "secret" not in sentence
        assert sentence.count("could not be fetched") == 1


@pytest.mark.slow
def test_weights_are_fetched_once_and_nothing_of_the_hubs_own_is_left(ask, content, tmp_path):
    """The file comes without a key, a slow one is waited for, the second time nobody is asked."""
    with Hub(content, pause_seconds=6.0) as hub:
        digest = ask(hub.address, RESOLVING, HF_TOKEN=KEY)
        assert len(digest) == 64
        assert hub.asked == [(PATH, None)]
        assert ask(hub.address, RESOLVING) == digest
        assert len(hub.asked) == 1
    assert not (tmp_path / "hf").exists()
    assert {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()} >= {f"{digest}.safetensors"}
    assert not list((tmp_path / "cache" / "downloads").iterdir())


@pytest.mark.slow
def test_a_key_is_shown_where_it_is_asked_for_and_to_no_other_host(ask, content):
    """A gated file is asked for again with HF_TOKEN; the host that we are led on to does not see it."""
    with Hub(content, needs_key=True) as hub:
        assert ask(hub.address, HF_TOKEN=KEY) == ""
        assert [key for _path, key in hub.asked] == [None, f"Bearer {KEY}"]
    with Hub(content) as store, Hub(location=store.address, needs_key=True) as hub:
        assert ask(hub.address, HF_TOKEN=KEY) == ""
        assert {key for _path, key in store.asked} == {None}


def test_a_late_answer_is_not_waited_for():
    """What does not come in time is a TimeoutError; what fails in time is its own error."""
    from regraft.backbones import hub

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        hub._answer_in_time(threading.Event().wait)
    assert time.monotonic() - began < hub._SECONDS_TO_ANSWER + 5
    with pytest.raises(ZeroDivisionError):
        hub._answer_in_time(lambda: 1 / 0)
