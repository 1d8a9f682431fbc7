"""Files of flags: --flagfile=FILE, as absl reads them."""

from __future__ import annotations

import codecs
import os
import re
from typing import TYPE_CHECKING

from regraft.core import OptionError, as_path, quoted
from regraft.slim.flags import END

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_N_BYTES_MAX = 1 << 20
_N_DEEP_MAX = 20
_COMMENTS = ("#", "//")
_DIRECTIVE = re.compile(r"--?flagfile(?:=(.*))?", re.DOTALL)
_TWO_WORDS = re.compile(r"(--?[A-Za-z]\w*)\s+(.+)", re.DOTALL | re.ASCII)


def with_flag_files(tokens: Sequence[str]) -> list[str]:
    """A command line with each file of flags replaced by what is in it.

    A file has a flag a line, `--name=value`, `--name value` or `--switch`; blank lines and those that begin with `#` or
    `//` are left out. A file may name others.

    Raises:
        OptionError: A file is missing, is no text, too large, or leads back to itself.
    """
    return list(_expanded(tokens, ()))


def _expanded(tokens: Sequence[str], within: tuple[Path, ...]) -> Iterator[str]:
    rest = iter(tokens)
    for token in rest:
        if token == END:
            yield token
            yield from rest
            return
        directive = _DIRECTIVE.fullmatch(token)
        if directive is None:
            yield token
            continue
        name = directive[1] if directive[1] is not None else next(rest, "")
        path = _found(name, within)
        yield from _expanded(_read(path), (*within, path))


def _found(name: str, within: tuple[Path, ...]) -> Path:
    """The file that is meant: from where the command runs, or beside the file that names it."""
    if not name:
        raise OptionError("--flagfile has no value: it is the name of a file of flags.")
    path = as_path(name, "--flagfile")
    if within and not path.is_absolute() and not path.is_file():
        path = within[-1].parent / path
    if path.is_dir() or not path.exists():
        raise OptionError(f"--flagfile={name}: there is no such file{_place(within)}.")
    if path.is_file():
        path = path.resolve()  # a pipe of the shell's, <(...), has no other name
    if path in within:
        raise OptionError(f"--flagfile={name} leads back to itself{_place(within)}.")
    if len(within) >= _N_DEEP_MAX:
        raise OptionError(f"--flagfile={name}: more than {_N_DEEP_MAX} files of flags name each other.")
    return path


def _read(path: Path) -> list[str]:
    """The flags of a file, as words of a command line."""
    try:
        with path.open("rb") as file:
            content = file.read(_N_BYTES_MAX + 1)
        if len(content) > _N_BYTES_MAX:
            raise OptionError(f"{path} is too large for a file of flags: at most 1 MiB is read.")
    except OSError as error:
        raise OptionError(f"{path} cannot be read as a file of flags: {error}.") from error
    if b"\0" in content:
        raise OptionError(f"{path} cannot be read as a file of flags: it holds NULs, which no text has.")
    lines = content.removeprefix(codecs.BOM_UTF8).split(b"\n")
    words: list[str] = []
    for number, line in enumerate((os.fsdecode(line.strip()) for line in lines), start=1):
        if not line or line.startswith(_COMMENTS):
            continue
        if not line.startswith("-"):
            raise OptionError(f"Line {number} of {path} is no flag: {quoted(line)}. A line is --name=value.")
        pair = _TWO_WORDS.fullmatch(line)
        words += [line] if pair is None else [f"{pair[1]}={pair[2]}"]
    return words


def _place(within: tuple[Path, ...]) -> str:
    return f" (in {within[-1]})" if within else ""
