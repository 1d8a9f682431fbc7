"""A publisher of a data set on this machine: a real HTTP server with ranges, versions and bad days.

Regraft asks for https addresses of the catalogue, with all its checks; only the last step, the connection, leads here
instead (`local_web`).
"""

from __future__ import annotations

import hashlib
import io
import re
import threading
import zipfile
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.request import HTTPSHandler, ProxyHandler

import numpy as np

from regraft.core import SilentProgress
from regraft.datasets import DATASETS, Archive, Dataset, Web
from regraft.datasets.fetching.connections import secure_opener
from socket_fence import close_fence, open_fence

HOST = "https://btsd.ethz.ch"
CONTENT = bytes(range(256)) * 2000
"""Half a megabyte: eight pieces of reading."""
HALF = 200_000
URL = f"{HOST}/file.zip"


class Notes(SilentProgress):
    """What a user is told."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


class DownloadNotes(Notes):
    """What a user sees of a download."""

    def __init__(self):
        super().__init__()
        self.n_done = 0

    def start(self, _task, _n_total, unit="images"):
        assert unit == "bytes"
        self.n_done = 0

    def advance(self, n_done=1):
        self.n_done += n_done


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer."""

    status: int | None = None
    location: str | None = None
    drop_after: int | None = None
    """The connection is cut when so many bytes of the body are sent."""
    stall_after: int | None = None
    """Nothing more is sent after so many bytes until the server ends."""
    length: int | str | None = None
    """What Content-Length says instead of the truth."""
    chunked: bool = False
    content_range: str | None = None
    change: bool = False
    """The file is another one from now on."""


@dataclass
class Publisher:
    """A server; use it as a context manager.

    Attributes:
        files: Path on the server -> content.
        faults: One for each of the next requests; after them all is well.
        has_validators: Whether ETag and Last-Modified are sent.
        has_ranges: Whether `Range` is understood.
        requests: The `Range` headers of all requests, None where there was none.
    """

    files: dict[str, bytes]
    faults: list[Fault | None] = field(default_factory=list)
    has_validators: bool = True
    has_ranges: bool = True
    requests: list[str | None] = field(default_factory=list)

    def __enter__(self) -> Self:
        open_fence("publisher")
        self.ending = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"publisher": self}))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ending.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        close_fence("publisher")

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.server_address[1]

    def web(self, *, waits: tuple[float, ...] = (0, 0, 0)) -> Web:
        """The way to it, without waiting."""
        return local_web(self.port, waits=waits)


class _Handler(BaseHTTPRequestHandler):
    publisher: Publisher
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: Any) -> None:  # silent
        pass

    def do_GET(self) -> None:
        publisher = self.publisher
        wanted = self.headers.get("Range")
        publisher.requests.append(wanted)
        fault = (publisher.faults.pop(0) if publisher.faults else None) or Fault()
        if fault.change:
            publisher.files[self.path] = publisher.files[self.path][::-1]
        content = publisher.files.get(self.path)
        if fault.status or content is None:
            self._answer(fault.status or 404, {"Location": fault.location, "Content-Length": "0"}, b"", Fault())
            return
        etag = f'"{hash(content):x}"'
        headers = {"ETag": etag, "Last-Modified": "Mon, 01 Jan 2018 00:00:00 GMT"} if publisher.has_validators else {}
        status, start = 200, 0
        if wanted and publisher.has_ranges and self.headers.get("If-Range") in (None, etag):
            status, start = 206, int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if start >= len(content):
                self._answer(416, {"Content-Length": "0"}, b"", Fault())
                return
            told = fault.content_range or f"bytes {start}-{len(content) - 1}/{len(content)}"
            headers["Content-Range"] = told
        body = content[start:]
        if fault.chunked:
            headers["Transfer-Encoding"] = "chunked"
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        else:
            headers["Content-Length"] = str(len(body) if fault.length is None else fault.length)
        self._answer(status, headers, body, fault)

    def _answer(self, status: int, headers: dict[str, str | None], body: bytes, fault: Fault) -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in {**headers, "Connection": "close"}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        end = fault.drop_after if fault.stall_after is None else fault.stall_after
        self.wfile.write(body[:end])
        self.wfile.flush()
        if fault.stall_after is not None:
            self.publisher.ending.wait()


def local_web(port: int, *, waits: tuple[float, ...] = (0, 0, 0)) -> Web:
    """The web, where every https address leads to a port of this machine."""

    class Local(HTTPSHandler):
        def https_open(self, request: Any) -> Any:
            def connect(_host: str, *, timeout: float) -> HTTPConnection:
                return HTTPConnection("127.0.0.1", port, timeout=timeout)

            return self.do_open(connect, request)

    return Web(secure_opener(Local(), ProxyHandler({})), waits)


def picture(seed: int, size: int = 24) -> bytes:
    """A PPM file of random pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)
    return b"P6\n%d %d\n255\n%s" % (size, size, pixels.tobytes())


def make_archive(side: str, n_classes: int = 3, n_images: int = 4, size: int = 24) -> bytes:
    """An archive laid out as the Belgian traffic signs are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{side}/", b"")
        archive.writestr(f"{side}/Readme.txt", "Please cite.")
        for label in range(n_classes):
            archive.writestr(f"{side}/{label:05d}/GT-{label:05d}.csv", "Filename;Width")
            for number in range(n_images):
                name = f"{side}/{label:05d}/{1000 + number // 2:05d}_{number % 2:05d}.ppm"
                archive.writestr(name, picture(100 * label + number + (side == "Testing") * 10_000, size))
    return file.getvalue()


ARCHIVES = {"Training": make_archive("Training", size=120), "Testing": make_archive("Testing", n_images=2)}
DIGESTS = {side: hashlib.sha256(content).hexdigest() for side, content in ARCHIVES.items()}
FILES = {f"/signs/{side}.zip": content for side, content in ARCHIVES.items()}
SIGNS = Dataset(
    name="signs",
    title="A few signs",
    n_images=18,
    n_classes=3,
    licence="free for research",
    citation="Nobody 2020",
    source=f"{HOST}/signs/",
    how="regraft datasets get signs",
    archives=tuple(
        Archive(
            url=f"{HOST}/signs/{side}.zip",
            split=split,
            n_bytes_about=len(ARCHIVES[side]),
            images=DATASETS["belgium-signs"].archives[0].images,
        )
        for side, split in (("Training", "train"), ("Testing", "test"))
    ),
    group_by=r"(\d+)/(\d+)_",
)
"""A row of a catalogue for them. The first archive has half a megabyte, which is several pieces of reading."""
