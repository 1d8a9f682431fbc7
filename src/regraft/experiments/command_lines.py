"""The command line that makes a run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import as_typed, shell_quoted

if TYPE_CHECKING:
    from regraft.core import Options


def command_line(options: Options, *positional: str) -> str:
    """The command line that makes a run again: only what differs from the defaults.

    Args:
        options: Of the verb.
        positional: What it is applied to.
    """
    parts = ["regraft", str(options.VERB), *(f"./{place}" if place.startswith("-") else place for place in positional)]
    is_repeated = type(options).with_fact("same_work")
    for name, field in type(options).model_fields.items():
        value = getattr(options, name)
        if not is_repeated.get(name, True) or value == field.default:
            continue
        flag = as_typed(name)
        if isinstance(value, bool):
            parts.append(flag if value else f"--no-{flag[2:]}")
        else:
            parts += [flag, *map(_written, value if isinstance(value, tuple) else (value,))]
    return " ".join(map(shell_quoted, parts))


def _written(value: object) -> str:
    return "none" if value is None else str(value)
