"""Processes that work on one job, on one machine or several, as the work sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Made = TypeVar("Made")


class Peers(Protocol):
    """All of them call the same methods in the same order."""

    @property
    def rank(self) -> int:
        """Which one this is, from 0."""

    @property
    def size(self) -> int:
        """How many there are."""

    def of_leader(self, value: Any) -> Any:
        """What process 0 has, in all processes."""

    def together(self, make: Callable[[], Made]) -> list[Made]:
        """What each makes, in all of them, by rank; they wait for each other as long as it takes."""

    def spread(self, rows: NDArray[Any] | None, source: int) -> NDArray[Any]:
        """An array of one process, in all of them."""
