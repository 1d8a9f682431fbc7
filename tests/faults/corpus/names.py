"""File names that break careless programs."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.case import Case

HOSTILE = (
    "new\nline", "carriage\rreturn", "tab\tand\vmore", "esc\x1b[31mred", "quo'te", 'quo"te', "back`tick`", "$(id)",
    "<script>alert(1)</script>".replace("/", "\u2215"), "&amp;&lt;", "{{ 7 * 7 }}", "%s%n%x", "a,b;c", "=1+1", "*?[x]",
    "back\\slash", " leading space", "trailing space ", "-leading-dash", "--out", "~", "a..b", "con", "#hash", "q?uery",
    "pipe|and>more",
    "صورة", "תמונה", "图片", "日本語", "한국어", "ภาพ", "चित्र", "εικόνα", "изображение", "պատկեր", "სურათი",
    "e\u0301combining", "\u00e9composed", "z\u0351\u0343a\u0315lgo", "\u202eright-to-left", "zero\u200bwidth",
    "\ufeffmark",
    "📷", "👩‍👩‍👧", "\U0001d4bb\U0001d4b6\U0001d4c3",
    "x" * 220, "字" * 70, "dots....", "no-break\u00a0space", "\u2028separator",
    "\x01\x7f",
)  # fmt: skip
"""Every script, markup, quotes, line breaks, control characters, and names of 220 bytes."""


def named(cases: Sequence[Case]) -> Iterator[tuple[str, Case]]:
    """Each case under a file name of its own; the hostile names are used in turn, first for the first case."""
    for place, (case, name) in enumerate(zip(cases, itertools.cycle(HOSTILE), strict=False)):
        yield f"{name}{place}{case.suffix}", case
