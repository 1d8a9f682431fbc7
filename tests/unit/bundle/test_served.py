"""What is asked of a server, and what is made of its answers: also of those that no server of ours gives."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from regraft.bundle import open_served, server_lines
from regraft.core import FetchError, OptionError

MODEL = {"digest": "d" * 64, "class_names": ["a", "b", "c"]}
SAID = {"path": "image 0", "label": "b", "probability": 0.7, "top": [["b", 0.7], ["a", 0.2], ["c", 0.1]]}
ANSWER = {"digest": "d" * 64, "predictions": [SAID], "unreadable": []}
PIXELS = [np.zeros((4, 4, 3), np.uint8)]


@pytest.fixture
def server(loopback):
    """A server that gives the answers that stand in `answers`, one after the other, the last again and again."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.server.asked.append((self.path, dict(self.headers)))
            answers = self.server.answers
            status, body, *headers = answers.pop(0) if len(answers) > 1 else answers[0]
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in (("Content-Length", str(len(body))), *headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_arguments):
            pass

    with ThreadingHTTPServer((loopback, 0), Handler) as listening:
        listening.answers, listening.asked = [(200, MODEL)], []
        listening.url = f"http://{loopback}:{listening.server_port}/under"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


@pytest.fixture
def ask(server, monkeypatch):
    """Asks about an image that the server answers so."""
    monkeypatch.setattr("regraft.bundle.served_sight.PATIENCE_SECONDS", 3.0)
    classifier = open_served(server.url, "it")

    def ask(*answers, **settings):
        server.answers[:] = answers
        (told,) = classifier.stream(PIXELS, **settings).result().predictions
        return told

    return ask


def test_an_answer_is_what_was_said(ask, server):
    """With what the server says of unknown images and sets; a set may hold classes without a probability."""
    more = {"unknown": False, "score": 1.25, "set": ["b", "c", "a"], "new": "in a later version"}
    told = ask((200, ANSWER | {"predictions": [SAID | {"top": [["b", 0.7]]} | more]}))
    assert (told.label, told.probability, told.unknown, told.score, told.set) == (
        "b",
        0.7,
        False,
        1.25,
        ("b", "c", "a"),
    )
    told = ask((200, ANSWER), top_k=3, unknown=False)
    assert told.top == (("b", 0.7), ("a", 0.2), ("c", 0.1))
    assert (told.unknown, told.score, told.set) == (None, None, None)
    assert server.asked[-1][0] == "/under/v1/models/it/predict?top_k=3&unknown=false"


def test_nothing_but_the_image_is_told(ask, server, monkeypatch):
    """No name of a file; a token only where there is one."""
    ask((200, ANSWER))
    assert "Authorization" not in server.asked[-1][1]
    monkeypatch.setenv("REGRAFT_TOKEN", "correct-horse-battery")
    server.answers[:] = [(200, MODEL)]
    open_served(server.url, "a name/of any kind")
    path, headers = server.asked[-1]
    assert (path, headers["Authorization"]) == (
        "/under/v1/models/a%20name%2Fof%20any%20kind",
        "Bearer correct-horse-battery",
    )
    monkeypatch.setenv("REGRAFT_TOKEN", "no token\nX-Else: 1")
    with pytest.raises(OptionError, match="REGRAFT_TOKEN holds is no token"):
        open_served(server.url, "it")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(status, ask, server):
    """Not before the time that the server says."""
    assert ask((status, {}, ("Retry-After", "1")), (200, ANSWER)).label == "b"
    assert [path.partition("?")[0] for path, _ in server.asked[1:]] == ["/under/v1/models/it/predict"] * 2


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, b"x" * 2000), "more than 1,000 bytes"),
        ((200, b"[" * 900), "no server of Regraft, or of another version"),
        ((200, {"predictions": [SAID, SAID]}), "no server of Regraft, or of another version"),
        ((200, ANSWER | {"predictions": [SAID | {"top": [["d", 1.0]]}]}), "no server of Regraft, or of another"),
        ((200, ANSWER | {"predictions": [SAID | {"top": [["b", "1e"]]}]}), "no server of Regraft, or of another"),
        ((301, b"", ("Location", "http://192.0.2.1/")), "no server of Regraft: status 301"),
        ((421, {"code": "wrong_host", "detail": "Called\x1b[31m otherwise."}), r"refuses: Called\\x1b\[31m otherwise"),
        ((422, {"code": "unreadable_image", "detail": "No."}), "does not take 'image 0': No."),
        ((500, {"code": "engine_failed", "detail": "It failed."}), "failed over 'image 0': It failed."),
        ((503, {"code": "busy", "detail": "Full."}, ("Retry-After", "9999")), "does not answer: Full."),
    ],
    ids=str,
)
def test_what_brings_no_answer_is_a_sentence(answer, sentence, ask, monkeypatch):
    """Whatever a server says: nothing of it is believed unseen, and nothing moves a terminal."""
    monkeypatch.setattr(server_lines, "N_BYTES_MAX", 1000)
    with pytest.raises(FetchError, match=sentence):
        ask(answer)


@pytest.mark.parametrize(
    "told", [b"<html>", {}, {"class_names": []}, {"class_names": [1], "digest": "d"}, [1]], ids=str
)
def test_what_is_no_server_of_ours_is_told(told, server):
    """It answers, but not so."""
    server.answers[:] = [(200, told)]
    with pytest.raises(FetchError, match="is no server of Regraft"):
        open_served(server.url, "it")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "host",
        "host:80",
        "ftp://host",
        "http://",
        "http://h:99999",
        "http://a b",
        "http://h/?q",
        "http://u:p@h",
        "http://[1",
        "http://h\r\nX: 1",
    ],
)
def test_only_addresses_of_servers_are_asked(url):
    """And no text with a password in it."""
    with pytest.raises(OptionError, match="is no server's address"):
        server_lines.ServerAddress.parse(url)


def test_addresses_have_parts():
    """With or without a port and a path."""
    found = server_lines.ServerAddress.parse("https://[::1]:8443/under/")
    assert (found.is_secure, found.host, found.port, found.path) == (True, "::1", 8443, "/under")
    assert server_lines.ServerAddress.parse("http://host").port is None
