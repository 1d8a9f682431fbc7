"""TF-Slim's flags: what each is called, its default, and what becomes of it here."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Literal

from regraft.core import OptionError, Value, as_path, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Kind = Literal["text", "integer", "number", "switch"]
State = Literal["done", "done better", "not"]
FlagValue = str | int | float | bool | None

_TRUE, _FALSE = {"true", "1", "yes", "t", "y"}, {"false", "0", "no", "f", "n"}
_WORDS = _TRUE | _FALSE
END = "--"
"""Behind it there are no flags."""


class Flag(Value):
    """One flag.

    Attributes:
        name: As TF-Slim has it.
        kind: What its value is.
        default: TF-Slim's.
        state: Whether it does here what it did there.
        here: What becomes of it, for the help and the documentation; for `not`, why, and what replaces it.
        is_told: Say `here` when the flag is given.
        stops: Giving it another value than the default is an error: the result would be another one than was meant.
    """

    name: str
    kind: Kind
    default: FlagValue
    state: State
    here: str
    is_told: bool = False
    stops: bool = False


class Given(Value):
    """The flags of a command line.

    Attributes:
        values: Every flag of the command, TF-Slim's default where it was not given.
        explicit: Those that were given.
        left_out: What --undefok excused, as it was written.
    """

    values: dict[str, FlagValue]
    explicit: frozenset[str]
    left_out: tuple[str, ...] = ()

    def text(self, name: str) -> str | None:
        """A text flag."""
        value = self.values[name]
        return None if value is None else str(value)

    def required(self, name: str) -> str:
        """A text flag that must be given.

        Raises:
            OptionError: It was not.
        """
        value = self.text(name)
        if not value:
            raise OptionError(f"--{name} must be given, as in TF-Slim.")
        return value

    def path(self, name: str) -> Path | None:
        """A text flag that names a place; `~` is the home folder."""
        value = self.text(name)
        return as_path(value, f"--{name}") if value else None

    def required_path(self, name: str) -> Path:
        """The same of a flag that must be given.

        Raises:
            OptionError: It was not.
        """
        return as_path(self.required(name), f"--{name}")

    def number(self, name: str) -> float:
        """A number that has a default.

        Raises:
            OptionError: It has none, and was not given.
        """
        value = self.values[name]
        if not isinstance(value, (int, float)):
            raise OptionError(f"--{name} must be a number.")
        return value

    def integer(self, name: str) -> int | None:
        """A whole number, or None."""
        value = self.values[name]
        return value if isinstance(value, int) else None

    def names(self, name: str) -> tuple[str, ...]:
        """The parts of a comma list."""
        return tuple(part.strip() for part in (self.text(name) or "").split(",") if part.strip())

    def is_given(self, name: str) -> bool:
        """Whether it was on the command line."""
        return name in self.explicit


def parse_flags(
    tokens: Sequence[str], flags: Sequence[Flag], elsewhere: dict[str, str], *, may_be_unknown: Iterable[str] = ()
) -> Given:
    """Read a command line as TensorFlow's flags are written: --name=value, --name value, --switch, --noswitch.

    A switch takes a separate word, too, where it is one for true or false, as TensorFlow's older flags did.

    Args:
        tokens: The command line behind the command.
        flags: Those of the command.
        elsewhere: Other flags by name, with what to say of each.
        may_be_unknown: Names of flags that are left out where they are unknown (absl's --undefok).

    Raises:
        OptionError: A flag is unknown, lacks its value, or the value is of another kind.
    """
    known = {flag.name: flag for flag in flags}
    values: dict[str, FlagValue] = {flag.name: flag.default for flag in flags}
    explicit: set[str] = set()
    left_out: list[str] = []
    excused = {*may_be_unknown}
    rest = list(tokens)
    while rest:
        token = rest.pop(0)
        if token == END:
            if rest:
                raise OptionError(f"Behind -- stands {quoted(rest[0])}, which is no flag: these programs take no more.")
            break
        name = _name(token)
        flag, is_negated = _found(name, known)
        if flag is not None:
            values[flag.name] = _value(flag, token, rest, is_negated=is_negated)
            explicit.add(flag.name)
        elif {name, name.removeprefix("no")} & excused:
            left_out.append(token)
        else:
            raise OptionError(_unknown(name, list(known), elsewhere))
    for flag in flags:
        if flag.stops and values[flag.name] != flag.default:
            raise OptionError(f"--{flag.name} cannot be used here. {flag.here}")
    return Given(values=values, explicit=frozenset(explicit), left_out=tuple(left_out))


def _name(token: str) -> str:
    """The name in `--name=value`, `-name` and their like."""
    if not token.startswith("-") or token == "-":  # noqa: S105 - a lone dash
        raise OptionError(f"{quoted(token)} is no flag: TF-Slim's commands take --name=value only.")
    return token[2 if token.startswith("--") else 1 :].partition("=")[0]


def _value(flag: Flag, token: str, rest: list[str], *, is_negated: bool) -> FlagValue:
    """The value of a flag; one in a word of its own is taken from the rest."""
    _name, is_joined, value = token.partition("=")
    if is_negated:
        if is_joined or (rest and rest[0].lower() in _WORDS):
            raise OptionError(
                f"{token if is_joined else f'{token} {rest[0]}'}: --no{flag.name} takes no value. Write "
                f"--{flag.name}=true or --{flag.name}=false."
            )
        return False
    if is_joined:
        return _converted(flag, value)
    if flag.kind == "switch":
        return _converted(flag, rest.pop(0)) if rest and rest[0].lower() in _WORDS else True
    if not rest:
        raise OptionError(f"--{flag.name} has no value.")
    return _converted(flag, rest.pop(0))


def _found(name: str, known: dict[str, Flag]) -> tuple[Flag | None, bool]:
    """The flag that is meant, and whether it is a switch that is turned off (`--noNAME`)."""
    if name in known:
        return known[name], False
    switch = known.get(name.removeprefix("no"))
    return (switch, True) if switch is not None and switch.kind == "switch" else (None, False)


def told(given: Given, flags: Sequence[Flag]) -> list[str]:
    """A sentence for each flag that has another value than the default, and does something else here, or nothing."""
    return [f"--{flag.name}: {flag.here}" for flag in flags if flag.is_told and given.values[flag.name] != flag.default]


def help_text(command: str, summary: str, flags: Sequence[Flag]) -> str:
    """What `regraft slim COMMAND --help` prints."""
    return "\n".join([f"regraft slim {command} --flag=value ...", "", summary, "", flags_text(flags)])


def flags_text(flags: Sequence[Flag]) -> str:
    """Flags with their defaults, and what becomes of each."""
    lines = []
    for flag in flags:
        default = "" if flag.default in (None, "") else f" (default {flag.default})"
        state = "" if flag.state == "done" else f" [{flag.state}]"
        lines.append(f"  --{flag.name}{default}{state}")
        lines.append(f"      {flag.here}")
    return "\n".join(lines)


def _converted(flag: Flag, text: str) -> FlagValue:
    converters: dict[str, Any] = {"text": str, "integer": _integer, "number": float, "switch": _switch}
    if text.lower() == "none":
        return None
    try:
        value: FlagValue = converters[flag.kind](text)
    except ValueError:
        raise OptionError(f"--{flag.name}={text}: the value must be {_KIND_NAMES[flag.kind]}.") from None
    return value


_KIND_NAMES = {"text": "a text", "integer": "a whole number", "number": "a number", "switch": "true or false"}


def _integer(text: str) -> int:
    """As absl reads it: 0x10 and 0o17 are 16 and 15, 010 is ten."""
    return int(text, {"0x": 16, "0o": 8}.get(text[:2].lower(), 10))


def _switch(text: str) -> bool:
    if text.lower() not in _WORDS:
        raise ValueError(text)
    return text.lower() in _TRUE


def _unknown(name: str, known: list[str], elsewhere: dict[str, str]) -> str:
    if name in elsewhere:
        return f"--{name} is no flag of this command. {elsewhere[name]}"
    near = difflib.get_close_matches(name, [*known, *elsewhere], n=3)
    hint = f" Did you mean {' or '.join(f'--{other}' for other in near)}?" if near else ""
    return f"TF-Slim has no flag --{name}.{hint}"
