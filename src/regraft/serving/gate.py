"""The gate: what every request passes before anything of it is read but its head."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import socket
import traceback
from typing import TYPE_CHECKING

from regraft.serving.problems import Problem
from regraft.serving.visit import Visit

if TYPE_CHECKING:
    from regraft.serving.service import Service
    from regraft.serving.visit import App, Message, Receive, Scope, Send

_SILENT = ("/health/live", "/health/ready", "/metrics")
"""What machines ask every few seconds: the log has it only where it fails."""

_LAST = ("too_slow", "ending")
"""Problems with which a connection ends."""


class Gate:
    """An ASGI application before another one.

    Args:
        app: What is behind it.
        service: The server.
    """

    def __init__(self, app: App, service: Service) -> None:
        self._app = app
        self._service = service
        own = (service.options.host, socket.gethostname(), "localhost", *service.options.allowed_hosts)
        self._hosts = {name.lower().rstrip(".") for name in own}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = Visit(scope)
        send = visit.sending(send)
        try:
            self._check(visit)
            if scope["method"] == "POST":
                await self._admitted(visit, receive, send)
            else:
                await self._app(scope, receive, send)
        except Problem as problem:
            await visit.refuse(problem, send, closes=problem.code in _LAST or _ends(visit))
        except Exception:  # noqa: BLE001 - nothing of it is told but its id
            self._service.log.say("failure", id=visit.id, trace=traceback.format_exc())
            if visit.status is None:
                await visit.refuse(Problem("internal", "The server failed. Its log has the id of this request."), send)
        finally:
            self._note(visit)

    def refused_at_once(self, scope: Scope) -> bytes | None:
        """The answer to a request that is not let in while there is no room at all, without a task for it.

        Args:
            scope: ASGI's; of a connection that stays open, and whose client does not wait before it sends a body.

        Returns:
            A whole response; None where the request has to be looked at.
        """
        admission = self._service.admission
        if scope["method"] != "POST" or admission.is_ending or not admission.is_full:
            return None
        visit = Visit(scope)
        try:
            self._check(visit)
            self._n_bytes(visit)
            problem = self._no_room()
        except Problem as found:
            problem = found
        visit.status, visit.code = problem.status, problem.code
        self._note(visit)
        return problem.written(visit.id, visit.ours)

    def _no_room(self) -> Problem:
        admission = self._service.admission
        after = {"retry-after": str(admission.retry_after)}
        if admission.is_ending:
            sentence = "The server is about to end. Ask again: another may have taken its place."
            return Problem("ending", sentence, headers=after)
        sentence = "Ask again later: as many requests as are accepted at a time are under way."
        return Problem("busy", sentence, headers=after)

    async def _admitted(self, visit: Visit, receive: Receive, send: Send) -> None:
        """A request with a body: only if there is room for it."""
        admission, task = self._service.admission, asyncio.current_task()
        assert task is not None
        place = admission.enter(self._n_bytes(visit), task.cancel)
        if place is None:
            raise self._no_room()

        async def received() -> Message:
            message = await receive()
            if not message.get("more_body"):
                admission.arrived(place)
            return message

        try:
            await self._app(visit.scope, received, send)
        except asyncio.CancelledError:
            if not place.is_lost or visit.status is not None:
                raise
            task.uncancel()
            raise Problem("too_slow", "The body arrived slowly, and others needed the room.") from None
        finally:
            admission.leave(place)

    def _check(self, visit: Visit) -> None:
        """See that it may ask.

        Raises:
            Problem: It may not.
        """
        headers = visit.headers
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._is_ours(host):
            raise Problem("wrong_host", "This server is not called as the request's Host says (--allowed-hosts).")
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1").partition("://")[2] != host:
            raise Problem("origin_refused", "Only pages of this server may ask it from a browser.")
        tokens = self._service.tokens
        if not tokens:
            return
        token = tokens.find(headers.get(b"authorization", b""))
        if token is None:
            sentence = "Send a token that this server knows: Authorization: Bearer TOKEN."
            raise Problem("token_needed", sentence, headers={"www-authenticate": "Bearer"})
        visit.facts["token"] = token.name
        visit.scope["state"]["token"] = token
        if visit.scope["method"] == "POST" and (seconds := token.wait_seconds()):
            after = {"retry-after": str(math.ceil(seconds))}
            raise Problem("rate_exceeded", f"This token may ask for {token.rate:g} images a second.", headers=after)

    def _is_ours(self, host: str) -> bool:
        """Whether a request means this server: a name that others make point here belongs to their pages."""
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name.lower().rstrip(".") in self._hosts or name.lower().endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True

    def _n_bytes(self, visit: Visit) -> int:
        """Of the body, at most.

        Raises:
            Problem: More than is allowed.
        """
        most = self._service.options.n_bytes
        stated = visit.headers.get(b"content-length")
        if stated is None:
            return most if b"transfer-encoding" in visit.headers else 0
        if not stated.isdigit() or len(stated) > 18:
            raise Problem("bad_request", "The request's Content-Length is no number.")
        if int(stated) > most:
            raise Problem("too_large", f"The request has {int(stated):,} bytes; {most:,} are allowed.")
        return int(stated)

    def _note(self, visit: Visit) -> None:
        service, status = self._service, visit.status or 499
        service.metrics.note(visit.route, status, visit.code, visit.seconds)
        if status >= 400 or visit.scope["path"] not in _SILENT:
            service.log.say("request", **visit.told())


def _ends(visit: Visit) -> bool:
    """Whether a refusal ends the connection: who waits to be told to send a body must not send it."""
    return visit.headers.get(b"expect", b"").lower() == b"100-continue"
