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
        self.requests = Counter("regraft_requests", "Requests by outcome", ["route", "status"], registry=registry)
        self.refusals = Counter("regraft_refusals", "Problems by code", ["code"], registry=registry)
        self.images = Counter("regraft_images", "Images by outcome", ["model", "outcome"], registry=registry)
        self.seconds = Histogram(
            "regraft_request_seconds", "From the head of a request to its answer", registry=registry, buckets=_SECONDS
        )
        self.stages = Histogram(
            "regraft_stage_seconds", "Of an image, by stage", ["stage"], registry=registry, buckets=_SECONDS
        )

    def watch(self, name: str, about: str, value: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for."""
        Gauge(f"regraft_{name}", about, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """All of them, in Prometheus's text format."""
        return generate_latest(self._registry)
