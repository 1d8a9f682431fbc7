"""What a sweep varies: `name=a,b,c` and `name=low..high`, checked by the options of `finetune` themselves."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, TypeGuard, cast, get_args

from regraft.core import OptionError, as_typed, quoted
from regraft.grafting.finetune_options import FinetuneOptions
from regraft.grafting.sweeps.options import DEFAULT_SPACE
from regraft.reports import Setting, SweptOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.core import Matter
    from regraft.grafting.sweeps.options import SweepOptions

_RANGE = ".."
_LOG_RATIO = 20.0
_REASONS: dict[Matter, str] = {
    "images": "it decides which images judge, and what chance does: the best of these would be luck",
    "features": "all trials share the features that it changes; to choose a network, use regraft compare",
    "care": "it says how carefully the head is chosen that trainings begin with: more is better, for a little time",
    "computing": "it changes the time and, by rounding, a little of the result: set it for all trials",
    "budget": "it says what there is time for, and the machine decides what follows: vary from_stage, kept_views or "
    "augmentation",
    "record": "it changes what is written down, not what is learnt",
}
"""Why options that decide such a thing cannot be varied; all others can."""
_MATTERS = cast("dict[str, Matter]", FinetuneOptions.with_fact("decides"))
VARIABLE = {name: matter for name, matter in _MATTERS.items() if matter not in _REASONS}
"""Options that change what is learnt from the same images and features, and what of it."""


def read_space(options: SweepOptions) -> tuple[SweptOption, ...]:
    """The options that are varied, in the user's order.

    Raises:
        OptionError: A specification cannot be read, a name makes no sense to vary, or a value is out of bounds.
    """
    specifications: Sequence[str] = options.over
    if specifications == DEFAULT_SPACE:
        specifications = [text for text in specifications if _name(text) not in options.model_fields_set]
        if not specifications:
            raise OptionError("All options that are varied by default are set: say with --over what to vary.")
    space = tuple(_read(text) for text in specifications)
    for place, option in enumerate(space):
        if option.name in {other.name for other in space[:place]}:
            raise OptionError(f"Option {quoted(option.name)} stands twice in --over.")
        if option.name in options.model_fields_set:
            raise OptionError(f"Option {quoted(option.name)} is set and varied: leave out one of the two.")
    return space


def _name(text: str) -> str:
    return text.partition("=")[0].strip().replace("-", "_")


def _read(text: str) -> SweptOption:
    name, values = _name(text), text.partition("=")[2].strip()
    if not name or not values:
        raise OptionError(
            f"{quoted(text)} says nothing to vary: write name=a,b,c or name=low..high, such as "
            "learning_rate=1e-4..1e-2."
        )
    _check_name(name)
    if _is_number(name) and _RANGE in values:
        return _read_range(name, values)
    choices = tuple(dict.fromkeys(_value(name, value.strip()) for value in values.split(",")))
    if len(choices) < 2:
        example = " or a range, low..high" if _is_number(name) else ""
        raise OptionError(
            f"{quoted(text)} leaves nothing to vary: name two or more values, a,b{example}. To set the option, use "
            f"{as_typed(name)}."
        )
    return SweptOption(name=name, choices=choices)


def _check_name(name: str) -> None:
    if name in VARIABLE:
        return
    if name not in FinetuneOptions.model_fields:
        near = difflib.get_close_matches(name, sorted(VARIABLE), n=2)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise OptionError(f"There is no option {quoted(name)} to vary.{hint}")
    raise OptionError(
        f"Option {quoted(name)} cannot be varied: {_REASONS[_MATTERS[name]]}. What can: {', '.join(sorted(VARIABLE))}."
    )


def _read_range(name: str, values: str) -> SweptOption:
    ends = [_value(name, end.strip()) for end in values.split(_RANGE, 1)]
    low, high = ends
    if not (_is_finite(low) and _is_finite(high) and low < high):
        raise OptionError(
            f"Option {quoted(name)} cannot be varied over {quoted(values)}: a range is low..high, low below high."
        )
    return SweptOption(
        name=name,
        low=low,
        high=high,
        is_log=low > 0 and high / low >= _LOG_RATIO,
        is_whole=isinstance(low, int),
    )


def _is_finite(value: Setting) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _kinds(name: str) -> set[object]:
    annotation = FinetuneOptions.model_fields[name].annotation
    return {*get_args(annotation)} or {annotation}


def _is_number(name: str) -> bool:
    return bool(_kinds(name) & {int, float})


def _value(name: str, text: str) -> Setting:
    """A value as the option takes it; a number that may be absent can be none."""
    value: Setting = getattr(FinetuneOptions.of(None, {name: text}), name)
    return value
