"""Tables of a report."""

from __future__ import annotations

from regraft.core import Value


class Table(Value):
    """A small table of the data section; numbers are right-aligned."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
