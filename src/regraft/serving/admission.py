"""Whether there is room for a request; decided before its body is read."""

from __future__ import annotations

import math


class Admission:
    """Counts what is accepted and not yet answered. Accepted is a request whose head was read and that was let in here.

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

    def enter(self, n_bytes: int) -> bool:
        """Let a request in, if there is room for it.

        Args:
            n_bytes: Of its body, at most.
        """
        has_room = self.n_requests < self.n_requests_max and self.n_bytes + n_bytes <= self.n_bytes_max
        if self.is_ending or not has_room:
            return False
        self.n_requests += 1
        self.n_bytes += n_bytes
        return True

    def leave(self, n_bytes: int, seconds: float) -> None:
        """A request that was let in is over.

        Args:
            n_bytes: As it entered.
            seconds: That it took.
        """
        self.n_requests -= 1
        self.n_bytes -= n_bytes
        self.seconds += 0.1 * (seconds - self.seconds)

    @property
    def retry_after(self) -> int:
        """Whole seconds after which there will be room, perhaps."""
        return min(max(math.ceil(self.seconds), 1), 60)
