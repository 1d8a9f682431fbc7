"""The headings under which a help page shows options: what an option's field says, as the parser takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_origin

from cyclopts import Group, Parameter

from regraft.core import EXTRAS, VERB_EXTRAS, as_typed, extra_mark, option_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cyclopts.argument import Argument, ArgumentCollection

    from regraft.core import Options

HEADINGS = {
    name: Group(title, sort_key=10 * place)
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
    models = list(models)
    places = {
        as_typed(name): (_heading(place[0], model, models), place[1])
        for model in models
        for name in model.model_fields
        if (place := model.place(name)) is not None
    }
    marks = {
        as_typed(name): extra_mark(extra, *values)
        for model in models
        for name, (extra, values) in _extras(model).items()
    }
    for argument in arguments:
        shape = Parameter(
            metavar=_metavar(argument),
            show_default=_shown_default(argument),
            help=" ".join((argument.parameter.help or "").split()) + marks.get(argument.name, ""),
        )
        under = Parameter(group=places[argument.name][0]) if argument.name in places else None
        argument.parameter = Parameter.combine(argument.parameter, shape, under)
    arguments.sort(key=lambda argument: places[argument.name][1] if argument.name in places else 0)


def _extras(model: type[Options]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The extras of a model's options, without the one that its verb says of itself."""
    own = EXTRAS.get(VERB_EXTRAS.get(model.VERB or "", ""), ())
    extras = model.extras() | model.extras("told_extra")
    return {name: needed for name, needed in extras.items() if not set(EXTRAS[needed[0]]) <= set(own)}


def _heading(name: str, model: type[Options], models: Sequence[type[Options]]) -> Group:
    """A heading; with the action, where a verb has several that take different options."""
    heading = HEADINGS[name]
    if len(models) == 1:
        return heading
    return Group(f"{heading.name}, for {model.VERB}", sort_key=heading.sort_key + models.index(model))


def _metavar(argument: Argument) -> str | None:
    """`CHOICE` where all that can be given is named; None for the parser's own."""
    kinds = option_kinds(argument.hint)
    return "CHOICE" if len(kinds) > 1 and all(get_origin(kind) is Literal for kind in kinds) else None


def _shown_default(argument: Argument) -> bool | str | None:
    """A default as it would be typed; a flag needs none."""
    default = argument.field_info.default
    if isinstance(default, bool):
        return False
    return (" ".join(map(str, default)) or False) if isinstance(default, tuple) else None
