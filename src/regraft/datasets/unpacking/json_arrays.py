"""Elements of the arrays in a large JSON file, one after the other: a file of half a gigabyte needs no more memory."""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any

from regraft.core import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

_N_CHARACTERS = 1 << 20
_N_VALUE_CHARACTERS_MAX = 1 << 26
"""A single value is in memory, but no larger one."""
_ENDS = frozenset(",]} \t\r\n")
"""What may follow a number."""
_BLANKS = re.compile(r"[ \t\r\n]*")


def read_arrays(file: IO[str]) -> Iterator[tuple[str, Any]]:
    """Key and element of each array that is a value of the file's outermost object; other values are left out.

    Raises:
        ValueError: It is no JSON object, or a single value is too large.
        OSError: It cannot be read.
    """
    text = _Text(file)
    text.take("{")
    is_last = text.takes("}")
    while not is_last:
        key = text.value()
        text.take(":")
        if text.takes("["):
            yield from ((key, element) for element in _elements(text))
        else:
            text.value()
        is_last = not text.takes(",")
        if is_last:
            text.take("}")


def _elements(text: _Text) -> Iterator[Any]:
    if text.takes("]"):
        return
    yield text.value()
    while text.takes(","):
        yield text.value()
    text.take("]")


class _Text:
    """What has been read and not yet been taken."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._text = ""
        self._start = 0
        self._decode = json.JSONDecoder().raw_decode

    def takes(self, character: str) -> bool:
        """Whether the next character that is no blank is this one; if so, it is taken."""
        is_it = self._next() == character
        self._start += is_it
        return is_it

    def take(self, character: str) -> None:
        """Take this character.

        Raises:
            ValueError: Another one comes.
        """
        if not self.takes(character):
            raise ValueError(f"it has {quoted(self._next())} where {quoted(character)} was expected")

    def value(self) -> Any:
        """The next value.

        Raises:
            ValueError: There is none, or it is too large.
        """
        self._next()
        while True:
            try:
                value, end = self._decode(self._text, self._start)
            except json.JSONDecodeError:
                if not self._read_on():
                    raise
                continue
            is_number = isinstance(value, (int, float))
            if is_number and self._text[end : end + 1] not in _ENDS and self._read_on():  # `1` may become `1.5`
                continue
            self._start = end
            return value

    def _next(self) -> str:
        """The next character that is no blank; nothing at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._start)
            self._start = blanks.end() if blanks else self._start
            if self._start < len(self._text):
                return self._text[self._start]
            if not self._read_on():
                return ""

    def _read_on(self) -> bool:
        """Read more, twice as much as is waiting; whether there was more."""
        waiting = self._text[self._start :]
        if len(waiting) > _N_VALUE_CHARACTERS_MAX:
            raise ValueError("one of its values is too large")
        more = self._file.read(max(_N_CHARACTERS, len(waiting)))
        self._text, self._start = waiting + more, 0
        return bool(more)
