"""What else a table says of its images: columns that make parts of them, by which results can be told."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from regraft.core import DataError, as_number
from regraft.data.tables.cells import squashed
from regraft.data.tables.column_words import HEADER_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection

    from regraft.data.tables.column_words import Cells
    from regraft.data.tables.columns import Table

_N_COLUMNS_MAX = 20
_COUNTS = ("unnamed", "index", "idx", "rownames", "no", "nr", "")


def read_other_columns(table: Table, taken: Collection[str]) -> dict[str, Cells]:
    """Columns without a role whose values come back, or are numbers: the first twenty.

    Names of people or files, and whatever else is another in each row, make no parts. Columns that cannot be read as
    text are passed over: nobody asked for them.

    Args:
        table: The table.
        taken: Columns that have a role.
    """
    free = [name for name in table.plain if name not in taken and squashed(name) not in HEADER_WORDS]
    found: dict[str, Cells] = {}
    for name in free:
        if len(found) == _N_COLUMNS_MAX:
            break
        with suppress(DataError):
            if _makes_parts(table, name):
                found[name] = table.cells(name)
    return found


def _makes_parts(table: Table, name: str) -> bool:
    if squashed(name).rstrip("0123456789") in _COUNTS:
        return False
    given = [cell for cell in table.sample(name) if cell]
    values = set(given)
    return len(values) > 1 and (2 * len(values) <= len(given) or all(as_number(value) is not None for value in values))
