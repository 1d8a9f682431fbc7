"""How long work tells the world how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What a recipe reports to: a bar on a terminal, an event stream, or nothing."""

    def start(self, task: str, n_total: int, unit: str = "images") -> None:
        """Begin a task of `n_total` units; the former task, if any, is over."""

    def advance(self, n_done: int = 1) -> None:
        """`n_done` more units of the current task are finished."""

    def tell(self, state: str) -> None:
        """How the current task is doing, in a few words; each replaces the former."""

    def mark(self, number: int, n_total: int, text: str) -> None:
        """Milestone `number` of `n_total`, an epoch or a trial, is reached: a line where there is no bar."""

    def say(self, text: str) -> None:
        """Something that the user should know now, and later."""


class SilentProgress:
    """Reports nothing."""

    def start(self, task: str, n_total: int, unit: str = "images") -> None:
        """Begin a task, silently."""

    def advance(self, n_done: int = 1) -> None:
        """Go on, silently."""

    def tell(self, state: str) -> None:
        """Keep the state to itself."""

    def mark(self, number: int, n_total: int, text: str) -> None:
        """Pass it, silently."""

    def say(self, text: str) -> None:
        """Say nothing."""
