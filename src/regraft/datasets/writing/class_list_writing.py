"""`labels.txt` as TF-Slim writes it: one class a line, `number:name`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


def format_class_list(class_names: Sequence[str], *, first: int = 0) -> str:
    """The content of `labels.txt`; line ends in names are escaped.

    Args:
        class_names: k names.
        first: Number of the first of them.
    """
    lines = (
        name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") for name in map(printable, class_names)
    )
    return "".join(f"{number}:{name}\n" for number, name in enumerate(lines, start=first))
