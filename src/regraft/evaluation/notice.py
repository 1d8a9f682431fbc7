"""What a reader of the numbers should know."""

from __future__ import annotations

from typing import Literal

from regraft.core import Value


class Notice(Value):
    """Something that a reader of the numbers should know, with some examples of where it was seen."""

    severity: Literal["warning", "note"]
    message: str
    examples: tuple[str, ...] = ()
