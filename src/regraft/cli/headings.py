"""The headings under which a help page shows options: what an option's field says, as the parser takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_origin

from cyclopts import Group, Parameter

from regraft.core import option_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cyclopts.argument import Argument, ArgumentCollection

    from regraft.core import Options

HEADINGS = {
    name: Group(title, sort_key=place)
    for place, (name, title) in enumerate(
        (
            ("arguments", "Arguments"),
            ("data", "Data"),
            ("network", "Network"),
            ("head", "Head"),
            ("training", "Training"),
            ("output", "Run and output"),
            ("expert", "For experts"),
        )
    )
}
"""In their order."""
OUTPUT = Parameter(group=HEADINGS["output"])
"""For options that a verb has on the command line only."""
EXPERT = Parameter(group=HEADINGS["expert"])


def arrange(arguments: ArgumentCollection, models: Iterable[type[Options]]) -> None:
    """Put the options of some models under their headings, the most common first.

    Args:
        arguments: All of a verb; they are sorted.
        models: Whose fields say where they stand.
    """
    places = {
        f"--{name.replace('_', '-')}": place
        for model in models
        for name in model.model_fields
        if (place := model.place(name)) is not None
    }
    for argument in arguments:
        heading = HEADINGS[places[argument.name][0]] if argument.name in places else None
        shape = Parameter(metavar=_metavar(argument), show_default=_shown_default(argument))
        under = None if heading is None else Parameter(group=heading)
        argument.parameter = Parameter.combine(argument.parameter, shape, under)
    arguments.sort(key=lambda argument: places.get(argument.name, ("", 0))[1])


def _metavar(argument: Argument) -> str | None:
    """`CHOICE` where all that can be given is named; None for the parser's own."""
    kinds = option_kinds(argument.hint)
    return "CHOICE" if len(kinds) > 1 and all(get_origin(kind) is Literal for kind in kinds) else None


def _shown_default(argument: Argument) -> bool | str | None:
    """A default as it would be typed; a flag needs none."""
    default = argument.field_info.default
    if isinstance(default, bool):
        return False
    return " ".join(map(str, default)) if isinstance(default, tuple) and default else None
