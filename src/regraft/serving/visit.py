"""One request, from its head to its answer: what the log and the metrics say of it."""

from __future__ import annotations

import itertools
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regraft.core import shortened

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from regraft.serving.problems import Problem

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_PROCESS, _NUMBERS = uuid.uuid4().hex[:16], itertools.count(1)
"""Ids need to differ, not to be secret; a random number for each would take as long as all else of a refusal."""
_OURS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


@dataclass(eq=False)
class Visit:
    """One request.

    Attributes:
        scope: ASGI's.
        headers: By name; of several with one name the last.
        id: Told to the client, and written into the log.
        began: By `time.monotonic`.
        status: Of the answer; None as long as there is none.
        code: Of the problem that was told.
        facts: What else the log says.
    """

    scope: Scope
    headers: Mapping[bytes, bytes] = field(init=False)
    id: str = field(init=False)
    began: float = field(default_factory=time.monotonic)
    status: int | None = None
    code: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = dict(self.scope["headers"])
        given = self.headers.get(b"x-request-id", b"").decode("latin-1")
        self.id = given if _ID.fullmatch(given) else f"{_PROCESS}{next(_NUMBERS):016x}"
        self.scope.setdefault("state", {})["visit"] = self

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    @property
    def route(self) -> str:
        """The path's pattern; never what stands in it."""
        route = self.scope.get("route")
        return getattr(route, "path", "") or "-"

    @property
    def ours(self) -> list[tuple[bytes, bytes]]:
        """Headers of every answer."""
        return [(b"x-request-id", self.id.encode()), *_OURS]

    def sending(self, send: Send) -> Send:
        """The same `send`, which adds our headers and remembers the status."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = self.status or message["status"]  # unless the connection has said something else
                named = {name for name, _ in self.ours}
                kept = [one for one in message.get("headers", ()) if one[0].lower() not in named]
                message = {**message, "headers": [*kept, *self.ours]}
            await send(message)

        return sent

    async def refuse(self, problem: Problem, send: Send, *, closes: bool = False) -> None:
        """Answer with a problem.

        Args:
            problem: What is wrong.
            send: Of `sending`.
            closes: Whether the connection ends with it.
        """
        self.code = self.code or problem.code
        body = problem.body(self.id)
        headers = problem.fields(body)
        if closes:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def told(self) -> dict[str, Any]:
        """What the log says."""
        client = self.scope.get("client")
        return {
            "id": self.id,
            "client": client[0] if client else None,
            "method": self.scope["method"],
            "route": self.route,
            "path": shortened(self.scope["path"], 200),
            "status": self.status,
            "code": self.code,
            "milliseconds": round(1000 * self.seconds, 2),
        } | self.facts
