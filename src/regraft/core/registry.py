"""Tables of named rows, with a helpful answer to a name that is not there."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Generic, TypeVar

from regraft.core.errors import OptionError
from regraft.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = TypeVar("Row")


class Registry(Generic[Row]):
    """An immutable table: name -> row.

    Args:
        kind: What a row is, in the singular ("backbone"); used in errors.
        rows: The rows by name, in the order in which they are listed.
    """

    def __init__(self, kind: str, rows: Mapping[str, Row]) -> None:
        self.kind = kind
        self._rows = dict(rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, name: str) -> Row:
        """The row called `name`.

        Raises:
            OptionError: There is none; the message suggests near names.
        """
        if name in self._rows:
            return self._rows[name]
        near = difflib.get_close_matches(name, self._rows, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(self._rows)}."
        raise OptionError(f"There is no {self.kind} called {quoted(name)}. {hint}")

    def get(self, name: str) -> Row | None:
        """The row called `name`, or None."""
        return self._rows.get(name)

    def __repr__(self) -> str:
        return f"Registry({self.kind!r}, {len(self)} rows)"
