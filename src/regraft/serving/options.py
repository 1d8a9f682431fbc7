"""What can be said of a server."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from regraft.core import n_usable_cores, placed
from regraft.recipes import TrustOptions


class ServeOptions(TrustOptions):
    """Settings of `serve`."""

    VERB: ClassVar[str] = "serve"

    host: str = Field(
        "127.0.0.1",
        description="Address to listen at. Any but this machine's own needs --tokens.",
        json_schema_extra=placed("network", 10),
    )
    port: int = Field(
        8000, ge=0, le=65535, description="Port; 0 takes a free one.", json_schema_extra=placed("network", 11)
    )
    tokens: Path | None = Field(
        None,
        description="File of tokens, one a line: NAME TOKEN [IMAGES A SECOND]. Every request must bear one.",
        json_schema_extra=placed("network", 12),
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Further names that requests may call this server by, besides its own and bare addresses.",
        json_schema_extra=placed("network", 13),
    )
    queue: int = Field(
        64,
        ge=1,
        le=10_000,
        description="Requests accepted at a time; whoever comes then is asked to come again (503, Retry-After).",
        json_schema_extra=placed("output", 10),
    )
    max_files: int = Field(
        32, ge=1, le=1000, description="Files in one request.", json_schema_extra=placed("output", 11)
    )
    max_megabytes: float = Field(
        32, gt=0, le=1000, description="Of one request's body.", json_schema_extra=placed("output", 12)
    )
    max_megapixels: float = Field(
        64,
        gt=0,
        le=200,
        description="Of one image: an image whose header states more is not decoded.",
        json_schema_extra=placed("output", 13),
    )
    deadline: float = Field(
        30,
        gt=0,
        le=3600,
        description="Seconds that a request may take; it can ask for fewer (X-Request-Timeout). An end (SIGTERM) "
        "waits as long for what was accepted.",
        json_schema_extra=placed("output", 14),
    )
    log: Path | None = Field(
        None, description="File for the log, JSON lines; else standard error.", json_schema_extra=placed("output", 20)
    )
    log_names: bool = Field(
        default=False, description="Write the names of files into the log.", json_schema_extra=placed("output", 21)
    )
    renew: float = Field(
        2,
        gt=0,
        le=3600,
        description="Seconds between two looks for new versions of the classifiers (SIGHUP: at once).",
        json_schema_extra=placed("expert", 20),
    )
    header_seconds: float = Field(
        10, gt=0, le=600, description="For the head of a request to arrive.", json_schema_extra=placed("expert", 21)
    )
    body_seconds: float = Field(
        30, gt=0, le=3600, description="For the body of a request to arrive.", json_schema_extra=placed("expert", 22)
    )
    max_connections: int = Field(
        1000, ge=1, le=100_000, description="Connections at a time.", json_schema_extra=placed("expert", 23)
    )

    @property
    def n_bytes(self) -> int:
        """Of one body, at most."""
        return int(self.max_megabytes * 1e6)

    @property
    def n_pixels(self) -> int:
        """Of one image, at most."""
        return int(self.max_megapixels * 1e6)

    @property
    def n_bytes_waiting(self) -> int:
        """Of all bodies that are accepted and not answered, at most: eight of the largest, or all that may wait."""
        return min(self.queue, 8) * self.n_bytes

    @property
    def n_decoders(self) -> int:
        """Threads that decode."""
        return min(2, n_usable_cores())

    @property
    def n_bytes_at_most(self) -> int:
        """Memory of all requests together, at most: bodies twice (as they arrive, and whole), images under way."""
        return 2 * self.n_bytes_waiting + self.n_decoders * 8 * self.n_pixels
