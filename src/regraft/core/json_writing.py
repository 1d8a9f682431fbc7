"""JSON that every reader accepts, whatever the names in it, and JSON that gives back names of any bytes."""

from __future__ import annotations

import json
from typing import Any

from regraft.core.text import all_printable


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""Plain values as JSON for other programs: a name that is no Unicode is escaped (`\\udcff`), as everywhere."""
    return json.dumps(all_printable(value), indent=indent, ensure_ascii=False)


def exact_json(value: Any) -> str:
    r"""Plain values as ASCII from which `json.loads` makes the very same text, also of names that are no Unicode.

    For Regraft's own records whose paths are opened again: other programs' readers refuse a lone `\udcff`.
    """
    return json.dumps(value)
