"""One thing that was noticed of a data set: how everything that is no plain success is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regraft.core import PrintableText, Value, plural, unkept_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from regraft.data.files import Unreadable

_N_EXAMPLES = 1000
"""For programs, which read them as JSON; pages and terminals show a few."""

Severity = Literal["warning", "note"]


class Finding(Value):
    """One thing that was noticed.

    Attributes:
        code: Stable name of the kind of finding.
        severity: A warning makes measured figures wrong or a class unlearnable; a note is worth knowing.
        message: A sentence.
        n: How many cases.
        examples: The first cases: paths, classes or groups.
    """

    code: str
    severity: Severity
    message: PrintableText
    n: int
    examples: tuple[PrintableText, ...] = ()


def caveat(message: str, severity: Severity = "warning") -> Finding:
    """What to keep in mind when reading a number."""
    return Finding(code="caveat", severity=severity, message=message, n=1)


def make_finding(code: str, severity: Severity, message: str, n: int, examples: Iterable[str] = ()) -> Finding:
    """A finding with the first thousand of its cases.

    Args:
        code: What it is, in a word.
        severity: How bad it is.
        message: What it says, as sentences.
        n: How many cases there are.
        examples: The cases, or some of them.
    """
    first = tuple(example for example, _place in zip(examples, range(_N_EXAMPLES), strict=False))
    return Finding(code=code, severity=severity, message=message, n=n, examples=first)


def passed_over(paths: Sequence[str]) -> tuple[Finding, ...]:
    """The remark on files that are no images, neither by their names nor by their content."""
    if not (n := len(paths)):
        return ()
    message = f"{plural(n, 'file')} that {'is no image' if n == 1 else 'are no images'} {was(n)} passed over."
    return (make_finding("other_files", "note", message, n, paths),)


def left_out(unreadable: Sequence[Unreadable], n_all: int | None = None) -> tuple[Finding, ...]:
    """The warning of files that could not be read.

    Args:
        unreadable: These, or the first of them.
        n_all: How many there are.
    """
    if not (n := len(unreadable) if n_all is None else n_all):
        return ()
    message = f"{plural(n, 'file')} could not be read and {was(n)} left out."
    examples = (f"{record.path}: {record.reason} ({record.detail})" for record in unreadable)
    return (make_finding("unreadable", "warning", message, n, examples),)


def unkept(cache: Path) -> tuple[Finding, ...]:
    """The note on a cache that could not be written in this process."""
    if (sentence := unkept_sentence(cache)) is None:
        return ()
    return (make_finding("unkept", "note", sentence, 1),)


def was(n: int) -> str:
    """`was` or `were`."""
    return "was" if n == 1 else "were"
