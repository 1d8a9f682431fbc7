"""What Prometheus reads of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """Counts; each server has its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        registry = self._registry
        self._requests = Counter("regraft_requests", "Requests by outcome", ["route", "status"], registry=registry)
        self._refusals = Counter("regraft_refusals", "Problems by code", ["code"], registry=registry)
        self._known: dict[tuple[str, int, str | None], list[Counter]] = {}
        self.images = Counter("regraft_images", "Images by outcome", ["model", "outcome"], registry=registry)
        self._seconds = Histogram(
            "regraft_request_seconds", "From the head of a request to its answer", registry=registry, buckets=_SECONDS
        )
        self.stages = Histogram(
            "regraft_stage_seconds", "Of an image, by stage", ["stage"], registry=registry, buckets=_SECONDS
        )

    def note(self, route: str, status: int, code: str | None, seconds: float | None = None) -> None:
        """Count an answer.

        Args:
            route: The path's pattern.
            status: Of it.
            code: Of the problem that it tells, if it does.
            seconds: Since the head of the request.
        """
        counters = self._known.get((route, status, code))
        if counters is None:  # to find them by their labels takes as long as all else
            counters = [self._requests.labels(route, status)]
            counters += [self._refusals.labels(code)] if code is not None else []
            self._known[route, status, code] = counters
        for one in counters:
            one.inc()
        if seconds is not None:
            self._seconds.observe(seconds)

    def watch(self, name: str, about: str, value: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for."""
        Gauge(f"regraft_{name}", about, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """All of them, in Prometheus's text format."""
        return generate_latest(self._registry)
