"""A real server process: `regraft serve` at a free port, with what tests ask it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from regraft.core import CACHE_VARIABLE
from socket_fence import close_fence, open_fence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Told(NamedTuple):
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


class Served:
    """A server, as long as the context lasts.

    Args:
        *arguments: Of `regraft serve`, without the port.
        cache: Its cache.
        environment: Further variables.
        program: What runs instead of `-m regraft`.
        port: That it is to listen at; 0 for a free one.

    Attributes:
        port: That it listens at.
        lines: What it has said, line by line.
    """

    def __init__(
        self,
        *arguments: str | Path,
        cache: Path,
        environment: Mapping[str, str] | None = None,
        program: tuple[str, ...] = ("-m", "regraft"),
        port: int = 0,
    ) -> None:
        command = [sys.executable, *program, "serve", *map(str, arguments), "--port", str(port)]
        known = {**os.environ, CACHE_VARIABLE: str(cache), "HF_HUB_OFFLINE": "1", **(environment or {})}
        self.lines: list[str] = []
        self.port = 0
        self._is_there = threading.Event()
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=known)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        open_fence("served")
        if not self._is_there.wait(60) or not self.port:
            self.__exit__()
            raise AssertionError("\n".join(self.lines))
        return self

    def __exit__(self, *_error: object) -> None:
        close_fence("served")
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._listener.join()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as told:
            for line in told:
                self.lines.append(line.rstrip("\n"))
                if found := re.match(r"http://\S+?:(\d+)/v1", line):
                    self.port = int(found[1])
                if "/docs" in line:
                    self._is_there.set()
        self._is_there.set()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self, timeout: float = 60) -> HTTPConnection:
        """A connection of one's own."""
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Told:
        """One request on a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Told(response.status, named, response.read())
        finally:
            connection.close()

    def predict(self, name: str, image: bytes, query: str = "", **headers: str) -> Told:
        """Ask about one image."""
        kind = {"Content-Type": "application/octet-stream"}
        return self.ask("POST", f"/v1/models/{name}/predict{query}", image, kind | headers)

    def logged(self) -> list[dict[str, Any]]:
        """The events that it has told so far."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; gives the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(60)
        self._listener.join()
        return status


def form_of(files: Mapping[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """Files as the body of a form, and its header."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode() + data
        for name, data in files.items()
    ]
    return b"\r\n".join([*parts, b"--edge--\r\n"]), {"Content-Type": "multipart/form-data; boundary=edge"}
