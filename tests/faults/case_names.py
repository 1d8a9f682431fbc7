"""Many small cases in one test: a test of its own for each costs more than the case."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def named(case: object) -> Iterator[None]:
    """Say of an error within which case it belongs to."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"This is case {case!r}.")
        raise
