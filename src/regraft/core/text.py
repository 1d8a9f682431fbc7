"""Small pieces of sentences."""

from __future__ import annotations


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
