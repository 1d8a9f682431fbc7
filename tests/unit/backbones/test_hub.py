"""Published weights: fetched from a hub on this machine, and what is said of hubs that cannot be reached."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

NAME = "test_resnet.r160_in1k"
PATH = f"/timm/{NAME}/resolve/main/model.safetensors"
PATIENCE_SECONDS = 20.0
"""A limit against waiting for long, far above what anything takes."""
PROGRAM = """
import sys, time
from pathlib import Path
from regraft.backbones.hub import fetch_weights
from regraft.core import BackboneError, SilentProgress
import huggingface_hub
class Progress(SilentProgress):
    def start(self, task, n_total, unit="images"):
        print(task, n_total, unit)
    say = lambda self, text: print(text)
progress = Progress() if {is_told!r} else SilentProgress()
began = time.monotonic()
record = {{"hf_hub_id": "timm/" + {name!r}, "architecture": "test_resnet"}}
try:
    fetch_weights({name!r}, record, Path({cache!r}), progress)
except BackboneError as error:
    print(f"{{time.monotonic() - began:.2f}} {{error}}")
"""
RESOLVING = """
from pathlib import Path
from regraft.backbones import resolve_backbone
print(resolve_backbone({name!r}, cache=Path({cache!r}), image_size={size!r}).digest)
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
        is_dying: Whether half of the file comes, and then only errors.
        digest: What it announces of the file.
    """

    def __init__(
        self,
        content=b"",
        *,
        status=None,
        pause_seconds=0.0,
        needs_key=False,
        location=None,
        is_dying=False,
        digest=None,
    ):
        self.content, self.status, self.pause_seconds = content, status, pause_seconds
        self.needs_key, self.location, self.is_dying = needs_key, location, is_dying
        self.digest = digest
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
        is_there = 416 if handler.headers.get("Range") else 200
        status = status or (is_there if handler.path == PATH else 404)
        if self.location is not None and status != 401:
            handler.send_response(302)
            handler.send_header("Location", self.location + handler.path)
            if self.digest is not None:
                handler.send_header("X-Linked-ETag", f'"{self.digest}"')
            handler.end_headers()
            return
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(self.content) if status == 200 else 0))
        handler.send_header("ETag", '"new"')
        handler.end_headers()
        if status == 200:
            half = len(self.content) // 2
            handler.wfile.write(self.content[:half])
            handler.wfile.flush()
            if self.is_dying:
                self.status = 503
                return
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
def start(tmp_path):
    """Begins to resolve the network in a process of its own."""

    def start(endpoint, program=PROGRAM, *, size=None, is_told=False, **environment):
        text = program.format(name=NAME, cache=str(tmp_path / "cache"), size=size, is_told=is_told)
        return subprocess.Popen(
            [sys.executable, "-c", text],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **{name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"},
                "HF_ENDPOINT": endpoint,
                "HF_HOME": str(tmp_path / "hf"),
                "no_proxy": "" if "http_proxy" in environment else "127.0.0.1",
                **environment,
            },
        )

    return start


@pytest.fixture
def ask(start):
    """Resolves the network in a process of its own; what it prints, and nothing on standard error."""
    return lambda *arguments, **settings: _told(start(*arguments, **settings))


def _told(process):
    told, errors = process.communicate(timeout=200)
    assert (process.returncode, errors) == (0, "")
    return told.strip()


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
    assert {path.suffix for path in (tmp_path / "cache" / "downloads").iterdir()} == {".lock"}


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
    from regraft.backbones import hub_web

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        hub_web._answer_in_time(threading.Event().wait)
    assert time.monotonic() - began < hub_web._SECONDS_TO_ANSWER + 5
    with pytest.raises(ZeroDivisionError):
        hub_web._answer_in_time(lambda: 1 / 0)


@pytest.mark.slow
def test_processes_that_want_the_same_weights_take_turns(start, content):
    """Of two equal ones the second fetches nothing; a third that wants another size has the whole file, too."""
    with Hub(content, pause_seconds=2.0) as hub:
        processes = [start(hub.address, RESOLVING, size=size) for size in (None, None, 96)]
        digests = {_told(process) for process in processes}
        assert len(hub.asked) == 2
    assert len(digests) == 1


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


@pytest.mark.slow
def test_a_fetch_is_seen_and_one_that_ends_midway_says_how_to_go_on(ask):
    """The bar has the bytes; after two more tries the sentence says what is kept and to run the command again."""
    content = b"x" * 3_000_000
    with Hub(content, is_dying=True) as hub:
        told = ask(hub.address, is_told=True)
        assert len(hub.asked) == 3
    assert "3000000 bytes" in told
    assert "1.5 MB of it are kept" in told
    assert "run the same command again" in told
    assert told.count("answers 503") == 2


@pytest.mark.slow
def test_a_part_that_the_hub_cannot_go_on_with_is_forgotten(ask, content, tmp_path):
    """An answer 416 to a part of another version begins the file again."""
    name = PATH.strip("/").replace("/", "-")
    folder = tmp_path / "cache" / "downloads"
    folder.mkdir(parents=True)
    with Hub(content) as hub:
        (folder / f"{name}.part").write_bytes(b"y" * 5000)
        record = {"url": hub.address + PATH, "etag": '"old"', "last_modified": None, "n_bytes": 9000}
        (folder / f"{name}.part.json").write_text(json.dumps(record))
        assert ask(hub.address) == ""
        assert len(hub.asked) == 2
    assert (folder / name).read_bytes() == content


@pytest.mark.parametrize(
    "endpoint", ["hf-mirror.com", "http://[bad", "file:///etc", "https://", "http://host:abc", "https://me:secret@host"]
)
def test_an_endpoint_that_is_no_address_is_named(endpoint, monkeypatch):
    """The sentence names HF_ENDPOINT and its value, but no password."""
    from regraft.backbones import hub
    from regraft.core import BackboneError

    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(BackboneError, match="HF_ENDPOINT") as caught:
        hub._addresses({"hf_hub_id": "timm/x"})
    assert "secret" not in str(caught.value)
    assert endpoint in str(caught.value) or "@" in endpoint


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


@pytest.mark.slow
def test_a_file_that_is_not_the_announced_one_is_refused(ask, content, tmp_path):
    """The digest that the hub names before it leads us on decides; one of another kind says nothing."""
    right = hashlib.sha256(content).hexdigest()
    with Hub(content) as store:
        for digest, is_right in ((right, True), ("0" * 40, True), ("0" * 64, False)):
            with Hub(location=store.address, digest=digest) as hub:
                told = ask(hub.address)
            assert (told == "") == is_right
    assert "announces a file with the SHA-256 0000000000000000…" in told
    assert right[:16] in told
    assert not list((tmp_path / "cache" / "downloads").iterdir())
