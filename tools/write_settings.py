"""Write keyword arguments from the options, with their types: python tools/write_settings.py.

`regraft.probe("photos", head="svm")` takes the options of `ProbeOptions` by name. An editor completes them, and a type
checker knows them, by the TypedDicts that this writes into `recipes/settings.py`. Estimators of scikit-learn must name
each parameter in `__init__` and do no more than keep it: `estimators/parameters.py`. A wrong name is explained by those
that all verbs have, of which none is imported for that: `core/verb_options.py`.
"""

from __future__ import annotations

import json
import textwrap
import types
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from regraft import recipes
from regraft.data import SourceOptions
from regraft.experiments import ExperimentOptions
from regraft.finetuning import SharedOptions
from regraft.scaling import ClusterOptions
from regraft.serving import ServeOptions

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from regraft.core import Options

SOURCE = Path(__file__).parents[1] / "src" / "regraft"
SHARED = [SourceOptions, ExperimentOptions, SharedOptions]
"""Options of several verbs, which have TypedDicts of their own."""
PATHS_AS_TEXT = {"backbone"}
"""Options that are text, and may name a folder."""
WIDTH = 120
NO_PARAMETERS = {
    "out": "the features are returned",
    "part": "the images to transform are given",
    "runs": "no run is written",
    "name": "no run is written",
    "private": "no run is written",
    "map": "no report is written",
    "metric": "scikit-learn has its own: scoring=",
    "test_fraction": "who calls it splits",
    "quality": "who calls it searches",
    "group_by": "fit(groups=)",
    **dict.fromkeys(SourceOptions.model_fields, "X is a list"),
    **dict.fromkeys(ClusterOptions.model_fields, "embed fills the store before"),
}
"""Options of the verbs that estimators do not have, and why."""
WRITTEN = '''"""{title}.

Written by `python tools/write_settings.py` from the options. Do not edit.
"""

from __future__ import annotations

'''
HEADER = f"""{WRITTEN}from typing import TYPE_CHECKING, {{names}}

if TYPE_CHECKING:
    from os import PathLike
"""


def main() -> None:
    """Write the modules anew."""
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")


def written() -> dict[Path, str]:
    """What the modules hold."""
    named = [getattr(recipes, name) for name in recipes.__all__ if name.endswith("Options")]
    kinds = [kind for kind in named if kind.VERB is not None]
    ordered = sorted([*kinds, *SHARED], key=lambda kind: (len(kind.__mro__), kind.__name__))  # parents first
    settings = HEADER.format(title="The keyword arguments of the verbs, as types", names="Literal, TypedDict")
    parameters = HEADER.format(title="The parameters of the estimators: options of the verbs", names="Literal")
    names = {str(kind.VERB): " ".join(kind.model_fields) for kind in [*kinds, ServeOptions]}
    return {
        SOURCE / "core" / "verb_options.py": WRITTEN.format(title="The names of every verb's options") + _table(names),
        SOURCE / "recipes" / "settings.py": "\n\n".join([settings, *(_settings(kind, ordered) for kind in ordered)]),
        SOURCE / "estimators" / "parameters.py": "\n\n".join(
            [
                parameters,
                _parameters("FeatureParameters", recipes.EmbedOptions, first="backbone"),
                _parameters("ClassifierParameters", recipes.ProbeOptions, first="head"),
            ]
        ),
    }


def _table(names: dict[str, str]) -> str:
    """The verbs and the names of their options."""
    lines = ["_NAMES = {"]
    for verb, listed in sorted(names.items()):
        words = textwrap.wrap(listed, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
        lines += [f'    "{verb}": """', *words, '    """,']
    of_all = "{verb: tuple(names.split()) for verb, names in _NAMES.items()}"
    return "\n".join([*lines, "}", "", f"VERB_OPTIONS: dict[str, tuple[str, ...]] = {of_all}"]) + "\n"


def _settings(kind: type[Options], kinds: list[type[Options]]) -> str:
    """The TypedDict of some options: what they have beyond those that they descend from."""
    ancestors = [base for base in kind.__mro__[1:] if base in kinds]
    parents = [one for one in ancestors if not any(issubclass(other, one) for other in ancestors if other is not one)]
    known = {name for parent in parents for name in parent.model_fields}
    bases = ", ".join(_name(parent) for parent in parents) or "TypedDict"
    lines = [
        f"class {_name(kind)}({bases}, total=False):",
        f'    """What `{kind.__name__}` can be made from, by name."""',
    ]
    own = {name: field.annotation for name, field in kind.model_fields.items() if name not in known}
    lines += [""] if own else []
    for option, annotation in own.items():
        lines += _broken(f"    {option}: {spelled(annotation, is_place=option in PATHS_AS_TEXT)}")
    return "\n".join(lines) + "\n"


def _parameters(name: str, kind: type[Options], *, first: str) -> str:
    """A class whose `__init__` keeps the options that apply; the first may be given without its name."""
    names = dict.fromkeys([first, *kind.model_fields])
    given = [_parameter(option, kind.model_fields[option]) for option in names if option not in NO_PARAMETERS]
    lines = [
        f"class {name}:",
        f'    """Options of `{kind.__name__}`, as scikit-learn wants them."""',
        "",
        "    def __init__(  # noqa: PLR0913 - the estimator contract: one argument a setting",
        "        self,",
        f"        {given[0]},",
        "        *,",
        *(f"        {line}," for line in given[1:]),
        "    ) -> None:",
        *(f"        self.{option} = {option}" for option in names if option not in NO_PARAMETERS),
    ]
    return "\n".join(lines) + "\n"


def _parameter(option: str, field: FieldInfo) -> str:
    default = json.dumps(field.default) if isinstance(field.default, str) else str(field.default)
    return f"{option}: {spelled(field.annotation, is_place=option in PATHS_AS_TEXT)} = {default}"


def _name(kind: type[Options]) -> str:
    return kind.__name__.replace("Options", "Settings")


def spelled(annotation: Any, *, is_place: bool = False) -> str:
    """The type of what a user may give."""
    if annotation is Path or is_place:
        return f"str | {PathLike.__name__}[str]"
    origin = get_origin(annotation)
    if origin is Literal:
        return f"Literal[{', '.join(json.dumps(value) for value in get_args(annotation))}]"
    if origin is tuple:
        item = spelled(get_args(annotation)[0])
        return f"list[{item}] | tuple[{item}, ...]"
    if origin in (Union, types.UnionType):
        return _union(get_args(annotation))
    return "None" if annotation is type(None) else str(annotation.__name__)


def _union(parts: tuple[Any, ...]) -> str:
    words = [word for part in parts if get_origin(part) is Literal for word in get_args(part)]
    others = [spelled(part) for part in parts if get_origin(part) is not Literal]
    return " | ".join([*([spelled(Literal[tuple(words)])] if words else []), *others])


def _broken(line: str) -> list[str]:
    """A line, or as many as the formatter makes of a long list of words."""
    if len(line) <= WIDTH:
        return [line]
    beginning, _, rest = line.partition("Literal[")
    words, _, end = rest.partition("]")
    if beginning.endswith(": list["):
        name = beginning.removesuffix("list[")
        listed = ["            Literal[", *(f"                {word}," for word in words.split(", ")), "            ]"]
        several = [*listed[:-1], "            ],", "            ...,"]
        return [f"{name}(", "        list[", *listed, "        ]", "        | tuple[", *several, "        ]", "    )"]
    return [f"{beginning}Literal[", *(f"        {word}," for word in words.split(", ")), f"    ]{end}"]


if __name__ == "__main__":
    main()
