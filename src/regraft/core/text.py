"""Small pieces of sentences."""

from __future__ import annotations

from pathlib import PurePath


def plural(n: int, noun: str, nouns: str | None = None) -> str:
    """`3 images`, `1 image`, `2 classes` (with `nouns="classes"`), `2,624 images`."""
    return f"{n:,} {noun if n == 1 else nouns or noun + 's'}"


def megabytes(n_bytes: int) -> str:
    """`171.3 MB`: millions of bytes, as publishers and disks count them."""
    return f"{n_bytes / 1e6:,.1f} MB"


def shortened(text: str, n_characters: int = 80) -> str:
    """One printable line of `text`, cut in the middle where it is longer than `n_characters`."""
    line = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    if len(line) <= n_characters:
        return line
    half = (n_characters - 1) // 2
    return f"{line[:half]}…{line[-half:]}"


def quoted(value: object, n_characters: int = 80) -> str:
    r"""What a user gave, in quotes, as it was typed: `'^(\d+)_'` with single backslashes; printable, and shortened.

    Args:
        value: A text, a path, or some of them; anything else is shown without quotes.
        n_characters: That are shown at most, of each.
    """
    if isinstance(value, (tuple, list)):
        return ", ".join(quoted(one, n_characters) for one in value)
    if not isinstance(value, (str, PurePath)):
        return shortened(str(value), n_characters)
    text = shortened(str(value), n_characters)
    return f'"{text}"' if "'" in text and '"' not in text else f"'{text}'"


def duration(seconds: float) -> str:
    """A time as people say it: `0.3 s`, `40 s`, `2.5 minutes`, `12 minutes`, `1 h 20 min`, `2 days 3 h`."""
    if seconds < 9.95:
        return f"{max(seconds, 0.1) if seconds > 0 else 0:.1f}".removesuffix(".0") + " s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 570:
        return f"{seconds / 60:.1f}".removesuffix(".0") + " minutes"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} minutes"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{plural(days, 'day')} {hours} h" if hours else plural(days, "day")
