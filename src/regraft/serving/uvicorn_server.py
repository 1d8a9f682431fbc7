"""uvicorn, as a service needs it: it tells what it is asked for, and ends after what was accepted."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import uvicorn

from regraft.serving.mounting import build_app
from regraft.serving.timed_protocol import Patience, timed

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from regraft.serving.service import Service


class UvicornServer(uvicorn.Server):
    """Answers requests until the process is asked to end.

    Args:
        service: What they ask.
        begun: Called when it listens, and an end that is asked for is an orderly one.
    """

    def __init__(self, service: Service, begun: Callable[[], None]) -> None:
        options = service.options
        app = build_app(service)
        patience = Patience(
            head_seconds=options.header_seconds,
            body_seconds=options.body_seconds,
            n_connections=options.max_connections,
            told=service.note_refusal,
            refused_at_once=app.refused_at_once,
        )
        super().__init__(
            uvicorn.Config(
                app,
                http=timed(patience),  # type: ignore[arg-type]
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=1024,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=2,
            )
        )
        self._service = service
        self._begun = begun

    def handle_exit(self, sig: int, frame: Any) -> None:
        """A signal asks for the end: from now on nothing is accepted."""
        self._service.admission.is_ending = True
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin; SIGHUP looks for new versions at once."""
        await super().startup(sockets)
        if hasattr(signal, "SIGHUP") and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGHUP, lambda _signal, _frame: self._service.look())
        self._begun()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Go on listening, and saying that it ends, as long as accepted requests are under way."""
        until = time.monotonic() + self._service.options.deadline + 1
        while self._service.admission.n_requests and not self.force_exit and time.monotonic() < until:
            for connection in self.server_state.connections:
                if (cycle := getattr(connection, "cycle", None)) is not None:
                    cycle.keep_alive = False  # and the client is told that its connection ends
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)
