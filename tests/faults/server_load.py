"""Clients that ask a server without pause, and note what becomes of each request."""

from __future__ import annotations

import json
import threading
import time
from http.client import HTTPConnection, HTTPException, RemoteDisconnected
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS = 60
"""A limit against hanging, far above what anything takes."""


class Load:
    """Several clients, as long as the context lasts. Each keeps its connection as long as the server does.

    Args:
        port: Of the server.
        image: That they send.
        name: Of the classifier.
        n_clients: That ask at a time.

    Attributes:
        answers: Status and body of each answer that came whole.
        torn: What happened to answers that began and did not come whole.
        n_unheard: Requests without a byte of an answer: the connection could not be made, or it ended.
    """

    def __init__(self, port: int, image: bytes, name: str = "m", n_clients: int = 4) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.torn: list[str] = []
        self.n_unheard = 0
        self._port, self._image, self._path = port, image, f"/v1/models/{name}/predict"
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(n_clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def of(self, status: int) -> list[Any]:
        """The bodies of answers with a status."""
        return [body for one, body in self.answers if one == status]

    def await_answers(self, n_more: int) -> None:
        """Wait until so many more requests have been answered."""
        n_before = len(self.answers)
        await_that(lambda: len(self.answers) >= n_before + n_more)

    def _ask(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        while not self._is_over.is_set():
            try:
                connection.request("POST", self._path, self._image, {"Content-Type": "application/octet-stream"})
                response = connection.getresponse()
                self.answers.append((response.status, json.loads(response.read())))
                is_refused = response.status != 200
            except (ConnectionError, RemoteDisconnected):
                self.n_unheard += 1
                is_refused = True
            except (HTTPException, ValueError, OSError) as error:
                self.torn.append(f"{type(error).__name__}: {error}")
                is_refused = True
            if is_refused:
                connection.close()
                time.sleep(0.02)
        connection.close()


def await_that(is_so: Callable[[], bool]) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It does not become so.
    """
    limit = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > limit:
            raise TimeoutError("it does not come")
        time.sleep(0.01)
