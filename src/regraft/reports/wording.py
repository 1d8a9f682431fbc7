"""Numbers, times and names as the pages write them: the filters of the templates."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from regraft.core import plural, signed_points

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

_NONE = "\N{EN DASH}"
_UNSEEN = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\N{SYMBOL FOR DELETE}"}
_MISLEADING = (*range(0x80, 0xA0), 0x200B, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_VISIBLE = _UNSEEN | dict.fromkeys(_MISLEADING, "\N{REPLACEMENT CHARACTER}")
_SEPARATOR = re.compile(r"[/\\_,:-]+(?=\w)|\.(?=[^\W\d])")
"""Behind what a name may be broken."""


def show_unseen(value: Any) -> Any:
    """Make control characters visible, and characters that reverse or hide their neighbours harmless.

    Every value that a template prints passes through here.
    """
    return value.translate(_VISIBLE) if type(value) is str else value


def percent(share: float | None, n_digits: int = 1) -> str:
    """`87.7`, `100` for exactly one, a dash where there is no number."""
    if share is None:
        return _NONE
    return "100" if share == 1 else f"{share * 100:.{n_digits}f}"


def number(value: float | None, n_digits: int = 3) -> str:
    """`0.123`, a dash where there is no number."""
    return _NONE if value is None else f"{value:.{n_digits}f}"


def brief(value: float) -> str:
    """`0.001`, `3e-5`, `12`: a setting as people type it."""
    mantissa, exponent, power = f"{value:.4g}".partition("e")
    return f"{mantissa}e{int(power)}" if exponent else mantissa


def count(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def together(sentence: str) -> str:
    """A sentence in which no line breaks between a figure and its per cent sign."""
    return sentence.replace(" %", "\N{NO-BREAK SPACE}%")


def breakable(name: object) -> Markup:
    """A name or path as HTML, whose lines may break behind its separators."""
    from markupsafe import Markup, escape

    return Markup(_SEPARATOR.sub(r"\g<0><wbr>", str(escape(show_unseen(str(name))))))  # noqa: S704 - escaped here


def as_json(value: Any) -> str:
    """A value of an option as JSON, without escapes."""
    return json.dumps(value, ensure_ascii=False)


def seconds(value: float) -> str:
    """`0.042 s`, `3.4 s`, `2 min 05 s`, `1 h 02 min`."""
    if value < 60:
        return f"{value:.{1 if value >= 1 else 3}f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


FILTERS: tuple[Callable[..., Any], ...] = (
    *(percent, number, brief, seconds, count, plural, as_json, together, breakable, signed_points),
)
