"""What every page tells besides its figures."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from regraft.core import Value


class Notice(Value):
    """Something that a reader of the numbers should know, with some examples of where it was seen."""

    severity: Literal["warning", "note"]
    message: str
    examples: tuple[str, ...] = ()


class PageRecord(Value):
    """What was done, when and with what, and how to do it again.

    Attributes:
        title: What the page is about, as one line.
        created: When, as ISO 8601.
        notices: What else to keep in mind; the caveats of the measures come on top.
        options: Every option's name and value.
        versions: Everything whose version matters.
        reproduce: The command that makes the same figures again.
    """

    title: str
    created: str
    notices: tuple[Notice, ...] = ()
    options: dict[str, JsonValue] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    reproduce: str = ""
