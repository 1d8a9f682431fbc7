"""A command line that cannot be understood: what is wrong with it in the user's words, and what was meant."""

from __future__ import annotations

import difflib
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, RepeatArgumentError, UnknownOptionError
from cyclopts.exceptions import UnusedCliTokensError
from pydantic import ValidationError

from regraft.cli.verb_apps import verb_app
from regraft.cli.verb_table import BEGINNINGS, VERBS
from regraft.core import (
    SYNONYMS,
    VERB_OPTIONS,
    OptionError,
    Options,
    as_typed,
    explain_unknown,
    explain_validation,
    nearest,
    quoted,
    wanted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cyclopts.argument import Argument

_MEANT = {
    "train": "fit run learn",
    "probe": "linear classify_folder",
    "evaluate": "test eval measure validate score",
    "predict": "classify infer inference label",
    "embed": "features extract extract-features encode",
    "datasets get": "download fetch get",
    "datasets convert": "convert shard",
    "datasets list": "list dataset data",
    "backbones": "models networks model list-models backbone",
    "doctor": "info env check-install diagnose status",
    "sweep": "search tune hpo optimize optimise",
    "compare": "benchmark bench",
    "scan": "audit inspect count ls verify",
    "new model": "init create",
    "check": "verify-bundle replay",
    "--version": "version",
    "slim train_image_classifier": "train_image_classifier train_image_classifier.py",
    "slim eval_image_classifier": "eval_image_classifier eval_image_classifier.py",
    "slim export_inference_graph": "export_inference_graph export_inference_graph.py",
}
"""Verbs by other tools' words for them."""
_BY_WORD = {word: verb for verb, words in _MEANT.items() for word in words.split()}


def require_verb(arguments: Sequence[str]) -> None:
    """See that a command line begins with a verb, or with what needs none.

    Args:
        arguments: Without the program's name.

    Raises:
        OptionError: It does not; the message says which command line may be meant.
    """
    if not arguments or arguments[0] in BEGINNINGS:
        return
    first, *rest = arguments
    if first.startswith("-"):
        raise OptionError(f"A verb comes first, then {first}. Verbs: regraft --help")
    if os.path.exists(os.path.expanduser(first)) and first not in _BY_WORD:  # noqa: PTH110, PTH111 - any text is allowed
        raise OptionError(f"{quoted(first)} is no verb. Did you mean: {_on_path(first, rest)}")
    near = difflib.get_close_matches(first.lower(), VERBS, n=1)
    if first in _BY_WORD or near:
        meant = _BY_WORD.get(first) or near[0]
        raise OptionError(f"There is no verb {quoted(first)}. Did you mean: {_command(meant, rest)}")
    raise OptionError(f"There is no verb {quoted(first)}. Verbs: {', '.join(VERBS)}.")


def _on_path(path: str, rest: Sequence[str]) -> str:
    """What could be done with a folder or file that stands where a verb should."""
    is_run = any(Path(path, name).exists() for name in ("bundle", "bundle.json"))
    others = [word for word in rest if word not in VERBS]
    if said := [word for word in rest if word in VERBS]:
        return _command(said[0], [path, *others])
    return _command("predict", [path, *(others or ["PHOTOS"])]) if is_run else _command("probe", [path, *others])


def _command(verb: str, rest: Sequence[str]) -> str:
    return " ".join(["regraft", verb, *map(shlex.quote, rest)])


def explain_usage(error: CycloptsError, arguments: Sequence[str]) -> str:
    """What is wrong with a verb's arguments, and where its usage is shown.

    Args:
        error: What the parser found.
        arguments: Of the command line, the verb first.
    """
    verb = arguments[0] if arguments and arguments[0] in VERBS else None
    see = f"See: regraft {verb} --help" if verb else "See: regraft --help"
    for cause in _causes(error):
        if isinstance(cause, ValidationError):
            return _of_values(cause, verb)
    match error:
        case UnknownOptionError():
            text = _unknown(error, verb)
        case MissingArgumentError():
            text = _missing(error.argument, verb)
        case RepeatArgumentError():
            text = f"Option {error.token.keyword} is given twice."
        case CoercionError() if error.token is not None and error.argument is not None:
            text = _not_such(error.argument, error.token.value)
        case UnusedCliTokensError():
            text = _too_much(error, verb, arguments)
        case _:
            text = f"{error}".strip()
    return f"{text} {see}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _own(verb: str | None) -> dict[str, Argument]:
    """A verb's options by their Python names."""
    if verb is None:
        return {}
    found = verb_app(verb).assemble_argument_collection()
    return {one.name.lstrip("-").replace("-", "_"): one for one in found if one.name.startswith("--")}


def _of_values(error: ValidationError, verb: str | None) -> str:
    models: list[type[Options]] = [] if verb is None else verb_app(verb).models
    model = next((one for one in models if one.__name__ == error.title), None)
    return explain_validation(error, model, spelt=as_typed)


def _unknown(error: UnknownOptionError, verb: str | None) -> str:
    given = (error.token.keyword or error.token.value).partition("=")[0]
    own = _own(verb)
    positive = given.removeprefix("--no-").replace("-", "_")
    if given.startswith("--no-") and positive in own:
        return f"Option {as_typed(positive)} cannot be switched off: it is {wanted(own[positive].hint)}."
    names = {one.name for one in own.values()}
    if len(given) == 2 and given[1:] not in SYNONYMS:
        long = ", ".join([name for name in sorted(names) if name[2] == given[1]][:3])
        return f"There is no option {given}: options have long names{f' ({long})' if long else ''}."
    return explain_unknown(given, own, verb=verb, others=VERB_OPTIONS, spelt=as_typed)


def _missing(argument: Argument | None, verb: str | None) -> str:
    if argument is None or verb is None:
        return "Something is missing."
    if argument.name.startswith("--"):
        what = wanted(argument.hint)
        return f"Option {argument.name} needs a value{'' if what == 'a text' else f': {what}'}."
    help_text = f"{argument.parameter.help or ''}"
    what = help_text or _documented(argument.name, verb)
    what = f": {what[:1].lower()}{what[1:].rstrip('.')}" if what else ""
    return f"{argument.name} is missing{what} (for example: {VERBS[verb].examples[0]})."


def _documented(name: str, verb: str) -> str:
    found = verb_app(verb).assemble_argument_collection(parse_docstring=True)
    return next((str(one.parameter.help or "") for one in found if one.name == name), "")


def _not_such(argument: Argument, given: str) -> str:
    kind: Any = argument.hint
    what = f"Option {argument.name}" if argument.name.startswith("--") else argument.name
    return f"{what} is {quoted(given)}: it should be {wanted(kind)}.{nearest(given, argument.get_choices() or ())}"


def _too_much(error: UnusedCliTokensError, verb: str | None, arguments: Sequence[str]) -> str:
    unused = error.unused_tokens or []
    first = unused[0] if unused else ""
    place = arguments.index(first) if first in arguments else 0
    before = arguments[place - 1]
    flags = {one.name for one in _own(verb).values() if one.hint is bool}
    if before in flags:
        return f"Option {before} takes no value ({quoted(first)}): it is on where it is written."
    joined = " ".join(one for one in arguments[1:] if not one.startswith("-"))
    if os.path.exists(os.path.expanduser(joined)):  # noqa: PTH110, PTH111 - as above
        return f"{quoted(first)} is too much. A name with spaces needs quotes: {shlex.quote(joined)}."
    return f"{quoted(first)} is too much: {verb} takes no such argument."
