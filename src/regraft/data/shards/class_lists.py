"""`labels.txt`: one class a line, `number:name`, as TF-Slim writes it, or plain names in the order of their numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from regraft.core import plural
from regraft.data.finding import Finding, make_finding
from regraft.data.shards.contents import N_NAME_CHARACTERS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LABELS_FILE = "labels.txt"
_N_BYTES_MAX = 64 << 20
_NUMBERED = re.compile(r"\s*(\d{1,18})\s*(?::|,|;|\t|\s)\s*(\S.*)", re.ASCII)
_WITH_COLON = re.compile(r"\d{1,18}:.", re.ASCII)


@dataclass(frozen=True)
class ClassList:
    """What a list of classes says.

    Attributes:
        names: By number.
        is_plain: Whether the lines are names alone: then a name's number is that of its line.
        remarks: What was guessed or passed over.
    """

    names: dict[int, str] = field(default_factory=dict)
    is_plain: bool = False
    remarks: tuple[Finding, ...] = ()

    def fitted(self, labels: Iterable[int]) -> ClassList:
        """Plain names with the numbers that some labels have: they may count from 1."""
        found = set(labels)
        if not self.is_plain or not self.names or not found or min(found) < 1:
            return self
        if max(found) != len(self.names):
            message = (
                f"The names in {LABELS_FILE} are counted from 0, though no label is 0. If the first is label 1, "
                "write 1:name."
            )
            remark = make_finding("class_list_from_zero", "note", message, len(self.names), self.names.values())
            return replace(self, remarks=(*self.remarks, remark))
        message = f"The names in {LABELS_FILE} are numbered from 1, as the labels are."
        remark = make_finding("class_list_from_one", "note", message, len(self.names), self.names.values())
        return ClassList({number + 1: name for number, name in self.names.items()}, remarks=(*self.remarks, remark))


def read_class_list(folder: Path) -> ClassList:
    """The classes' names by number; empty where there is no such file."""
    path = folder / LABELS_FILE
    try:
        if path.stat().st_size > _N_BYTES_MAX:
            return ClassList()
        lines = path.read_text("utf-8-sig", "backslashreplace").split("\n")
    except OSError:
        return ClassList()
    lines = [line.rstrip("\r") for line in lines]
    return _read_lines([line for line in lines if line.strip()])


def _read_lines(lines: Sequence[str]) -> ClassList:
    with_colon = [line for line in lines if _WITH_COLON.match(line)]
    matches = [_NUMBERED.fullmatch(line.strip()) for line in lines]
    numbers = [int(match[1]) for match in matches if match]
    is_counted = len(numbers) == len(lines) and numbers in (_count(0, lines), _count(1, lines))
    if not with_colon and not is_counted:
        return _plain(lines)
    names: dict[int, str] = {}
    odd = []
    for line, match in zip(lines, matches, strict=True):
        number, colon, name = line.partition(":")
        if not with_colon and match:
            names[int(match[1])] = match[2][:N_NAME_CHARACTERS_MAX]
        elif colon and name and number.isascii() and number.isdigit() and len(number) <= 18:
            if names.setdefault(int(number), name[:N_NAME_CHARACTERS_MAX]) != name[:N_NAME_CHARACTERS_MAX]:
                odd.append(line)
        else:
            odd.append(line)
    return ClassList(names, is_plain=False, remarks=_odd(odd))


def _count(start: int, lines: Sequence[str]) -> list[int]:
    return list(range(start, start + len(lines)))


def _plain(lines: Sequence[str]) -> ClassList:
    names = {number: line.strip()[:N_NAME_CHARACTERS_MAX] for number, line in enumerate(lines)}
    return ClassList(names, is_plain=True)


def _odd(lines: Sequence[str]) -> tuple[Finding, ...]:
    if not (n := len(lines)):
        return ()
    message = (
        f"{plural(n, 'line')} of {LABELS_FILE} {'is' if n == 1 else 'are'} not used: without a number while others "
        "have one, or with a number that another name has. Write number:name, or names alone."
    )
    return (make_finding("class_list_lines", "warning", message, n, lines),)


def gaps(labels: Iterable[int]) -> tuple[Finding, ...]:
    """The warning of labels that a list has no name for."""
    numbers = sorted(labels)
    if not (n := len(numbers)):
        return ()
    message = (
        f"{plural(n, 'label')} {'has' if n == 1 else 'have'} no name in {LABELS_FILE}, and {'is' if n == 1 else 'are'} "
        "called by the number. Write number:name for each."
    )
    return (make_finding("class_list_gaps", "warning", message, n, map(str, numbers)),)
