"""Whether there is room for a request; decided before its body is read."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

GRACE_SECONDS = 0.5
"""For so long a body may arrive without anyone asking whether others need its place."""


@dataclass(eq=False)
class Place:
    """What a request takes, from its acceptance to its answer.

    Attributes:
        n_bytes: Of its body, at most.
        give_up: Called when its body arrives slowly, and others need its place.
        since: By `time.monotonic`.
        is_lost: Whether others have taken it.
    """

    n_bytes: int
    give_up: Callable[[], object]
    since: float = field(default_factory=time.monotonic)
    is_lost: bool = False


class Admission:
    """Counts what is accepted and not yet answered. Accepted is a request whose head was read and that was let in here.

    It is answered whole, unless its body comes slowly while there is no room for others: then the slowest make room.
    To be used in one thread.

    Args:
        n_requests: At a time.
        n_bytes: Of bodies, at a time.
    """

    def __init__(self, n_requests: int, n_bytes: int) -> None:
        self.n_requests_max = n_requests
        self.n_bytes_max = n_bytes
        self.n_requests = 0
        self.n_bytes = 0
        self.is_ending = False
        self.seconds = 0.1
        """That a request has taken of late."""
        self._arriving: dict[Place, None] = {}

    def enter(self, n_bytes: int, give_up: Callable[[], object]) -> Place | None:
        """Let a request in, if there is room for it.

        Args:
            n_bytes: Of its body, at most.
            give_up: Called when its place goes to others; `leave` is called for it all the same.
        """
        while not self._has_room(n_bytes):
            first = self._late()
            if first is None or self.is_ending:
                return None
            first.is_lost = True
            self._take_back(first)
            first.give_up()
        if self.is_ending:
            return None
        place = Place(n_bytes, give_up)
        self._arriving[place] = None
        self.n_requests += 1
        self.n_bytes += n_bytes
        return place

    def arrived(self, place: Place) -> None:
        """A body is whole: its request will be answered."""
        self._arriving.pop(place, None)

    def leave(self, place: Place) -> None:
        """A request that was let in is over."""
        if not place.is_lost:
            self._take_back(place)
            self.seconds += 0.1 * (time.monotonic() - place.since - self.seconds)

    @property
    def is_full(self) -> bool:
        """Whether no request would be let in, whatever it is; told without a change."""
        return self.n_requests >= self.n_requests_max and self._late() is None

    @property
    def retry_after(self) -> int:
        """Whole seconds after which there will be room, perhaps."""
        return min(max(math.ceil(self.seconds), 1), 60)

    def _late(self) -> Place | None:
        """The first whose body should have come, if there is one."""
        first = next(iter(self._arriving), None)
        return first if first is not None and time.monotonic() - first.since >= GRACE_SECONDS else None

    def _has_room(self, n_bytes: int) -> bool:
        return self.n_requests < self.n_requests_max and self.n_bytes + n_bytes <= self.n_bytes_max

    def _take_back(self, place: Place) -> None:
        self._arriving.pop(place, None)
        self.n_requests -= 1
        self.n_bytes -= place.n_bytes
