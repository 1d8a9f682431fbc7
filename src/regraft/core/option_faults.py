"""What is wrong with some options, in the user's words: one sentence for each of them."""

from __future__ import annotations

from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from regraft.core.option_hints import explain_unknown, nearest
from regraft.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

_KINDS = {int: "a whole number", float: "a number", bool: "yes or no", Path: "a path", str: "a text"}
_OF_TYPE = ("_type", "_parsing", "literal_error", "int_from_float", "missing")
"""Ends of pydantic's names of faults that are told by what is wanted; the others, bounds for example, by its words."""


def explain_validation(
    error: ValidationError,
    model: type[BaseModel] | None = None,
    *,
    own: Collection[str] = (),
    others: Mapping[str, Collection[str]] | None = None,
    spelt: Callable[[str], str] = quoted,
) -> str:
    """What is wrong with some options, as sentences.

    Args:
        error: What pydantic found.
        model: Whose options they are, for what is wanted instead.
        own: Further options that could be meant.
        others: The options of all verbs.
        spelt: How an option's name is written to the user.
    """
    faults: dict[str, list[ErrorDetails]] = {}
    for fault in error.errors(include_url=False, include_context=False):
        faults.setdefault(str(fault["loc"][0]) if fault["loc"] else "", []).append(fault)
    fields = {} if model is None else model.model_fields
    sentences = []
    for name, found in faults.items():
        if found[0]["type"] == "extra_forbidden":
            verb = getattr(model, "VERB", None)
            sentences.append(explain_unknown(name, {*fields, *own}, verb=verb, others=others or {}, spelt=spelt))
        else:
            sentences.append(_sentence(name, found, fields[name].annotation if name in fields else None, spelt))
    return " ".join(sentences)


def _sentence(name: str, faults: Sequence[ErrorDetails], annotation: Any, spelt: Callable[[str], str]) -> str:
    """The one thing to say of an option, however many kinds of values it takes."""
    inner = [fault for fault in faults if len(fault["loc"]) > 1 and isinstance(fault["loc"][1], int)]
    fault = next((one for one in inner or faults if not one["type"].endswith(_OF_TYPE)), (inner or list(faults))[0])
    given = fault["input"]
    fact = f"Option {spelt(name)} {'holds' if inner else 'is'} {'empty' if given in ((), [], '') else quoted(given)}"
    if fault["type"] == "too_short":
        return f"{fact}: name at least one value."
    kind = get_args(annotation)[0] if inner and get_args(annotation) else annotation
    if annotation is None or not fault["type"].endswith(_OF_TYPE):
        words = fault["msg"].removeprefix("Value error, ")
        return f"{fact}: {words[:1].lower()}{words[1:].removesuffix('.')}."
    choices = _choices(kind)
    return f"{fact}: it should be {wanted(kind)}.{nearest(given, choices) if isinstance(given, str) else ''}"


def wanted(annotation: Any) -> str:
    """What an option takes: `a number, or one of auto, none`."""
    kinds = list(dict.fromkeys(_KINDS[part] for part in option_kinds(annotation) if part in _KINDS))
    several = [part for part in option_kinds(annotation) if get_origin(part) in (tuple, list)]
    kinds += [f"one or more values, each {wanted(get_args(part)[0])}" for part in several]
    choices = _choices(annotation)
    if NoneType in option_kinds(annotation) and {int, float} & set(option_kinds(annotation)):
        choices.append("none")
    if not choices:
        return " or ".join(kinds) or "another kind of value"
    listed = choices[0] if len(choices) == 1 else f"one of {', '.join(choices)}"
    return f"{' or '.join(kinds)}, or {listed}" if kinds else listed


def _choices(annotation: Any) -> list[str]:
    literals = (part for part in option_kinds(annotation) if get_origin(part) is Literal)
    return [str(choice) for part in literals for choice in get_args(part)]


def option_kinds(annotation: Any) -> list[Any]:
    """The kinds of values that an option takes: those of a union, or the one."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return option_kinds(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [part for one in get_args(annotation) for part in option_kinds(one)]
    return [annotation]
