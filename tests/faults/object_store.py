"""An S3 server of this machine in a process of its own, and a way to it with bad days."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from socket_fence import close_fence, open_fence

_SERVER = """
import sys, threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
_PASSED_ON = ("range", "authorization")
_SIGNED = "AWS4-HMAC-SHA256 Credential=k/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=s"
"""The server asks for a signature, and looks at none."""
BUCKET = "bucket"


class ObjectStore:
    """moto's S3 server, as long as the context lasts; what is put there needs no credentials.

    Attributes:
        port: That it listens at.
    """

    def __enter__(self) -> Self:
        alone = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=alone,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        open_fence("store")
        self._request("PUT", f"/{BUCKET}")
        return self

    def __exit__(self, *_error: object) -> None:
        close_fence("store")
        self._process.kill()
        self._process.communicate()

    @property
    def address(self) -> str:
        """Where it is, without a proxy before it."""
        return f"http://127.0.0.1:{self.port}"

    def processor_seconds(self) -> float:
        """What it has taken of processors so far (Linux)."""
        words = Path(f"/proc/{self._process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def put(self, key: str, content: bytes) -> None:
        """Keep an object."""
        self._request("PUT", f"/{BUCKET}/{key}", content)

    def put_folder(self, folder: Path, key: str) -> None:
        """Keep a folder's files."""
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.put(f"{key}/{file.relative_to(folder).as_posix()}", file.read_bytes())

    def remove(self, key: str) -> None:
        """Remove an object."""
        self._request("DELETE", f"/{BUCKET}/{key}")

    def _request(self, method: str, path: str, content: bytes = b"") -> None:
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, content, {"Authorization": _SIGNED})
        response = connection.getresponse()
        response.read()
        connection.close()
        assert response.status < 300, (method, path, response.status)


@dataclass
class BadDays:
    """What goes wrong on the way, by the number of the request for an object's content.

    Attributes:
        seconds: That each answer waits.
        busy: Every so many are answered with 503.
        cut: Of every so many answers half is sent, then the connection is lost.
        key: The only access key that is let in.
    """

    seconds: float = 0.0
    busy: int = 0
    cut: int = 0
    key: str = ""


def client_environment(address: str) -> dict[str, str]:
    """By which the standard client of S3 comes to a server."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "key-of-tests",
        "AWS_SECRET_ACCESS_KEY": "secret-of-tests",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@dataclass
class Way:
    """A proxy before a store, as long as the context lasts: it counts what is asked for.

    Attributes:
        store: Behind it.
        days: What goes wrong.
        n_gets: Answers with an object's content, by key.
        n_lists: Pages of lists.
        asked: All paths that were asked for.
    """

    store: ObjectStore
    days: BadDays = field(default_factory=BadDays)
    n_gets: Counter[str] = field(default_factory=Counter)
    n_lists: int = 0
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        way = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                way.answer(self)

            do_HEAD = do_GET  # noqa: N815 - the library's names

            def log_message(self, *_words: object) -> None:
                """Nobody listens."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """By which the standard client of S3 comes this way."""
        return client_environment(f"http://127.0.0.1:{self._server.server_port}")

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Pass a request on, or have a bad day."""
        self.asked.append(request.path)
        path, _, query = request.path.partition("?")
        is_content = request.command == "GET" and "list-type" not in query
        self.n_lists += request.command == "GET" and not is_content
        time.sleep(self.days.seconds)
        if self.days.key and self.days.key not in request.headers.get("Authorization", ""):
            _tell(request, 403, b"<Error><Code>InvalidAccessKeyId</Code><Message>No such key.</Message></Error>")
            return
        number = sum(self.n_gets.values()) + 1 if is_content else 0
        self.n_gets[path.removeprefix(f"/{BUCKET}/")] += is_content
        if self.days.busy and number % self.days.busy == 1:
            _tell(request, 503, b"<Error><Code>SlowDown</Code><Message>Please reduce your rate.</Message></Error>")
            return
        connection = HTTPConnection("127.0.0.1", self.store.port)
        passed = {name: value for name, value in request.headers.items() if name.lower() in _PASSED_ON}
        connection.request(request.command, request.path, headers=passed)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        headers = dict(response.getheaders())
        is_cut = bool(self.days.cut) and number % self.days.cut == 2 and response.status < 300
        _tell(request, response.status, content[: len(content) // 2] if is_cut else content, headers)
        if is_cut:
            request.close_connection = True
            request.connection.shutdown(2)


def _tell(request: BaseHTTPRequestHandler, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
    known = {name.lower(): value for name, value in (headers or {}).items()}
    known.setdefault("content-length", str(len(content)))
    request.send_response_only(status)
    for name, value in known.items():
        if name not in ("connection", "transfer-encoding"):
            request.send_header(name, value)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(content)
