"""Write the keyword arguments of the verbs, as types, from their options: python tools/write_settings.py.

`regraft.probe("photos", head="svm")` takes the options of `ProbeOptions` by name. An editor completes them, and a type
checker knows them, by the TypedDicts that this writes into `recipes/settings.py`.
"""

from __future__ import annotations

import json
import types
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from regraft import recipes
from regraft.data import SourceOptions
from regraft.experiments import ExperimentOptions
from regraft.finetuning import SharedOptions

if TYPE_CHECKING:
    from regraft.core import Options

MODULE = Path(__file__).parents[1] / "src" / "regraft" / "recipes" / "settings.py"
SHARED = [SourceOptions, ExperimentOptions, SharedOptions]
"""Options of several verbs, which have TypedDicts of their own."""
PATHS_AS_TEXT = {"backbone"}
"""Options that are text, and may name a folder."""
WIDTH = 120
HEADER = '''"""The keyword arguments of the verbs, as types.

Written by `python tools/write_settings.py` from the options. Do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from os import PathLike
'''


def main() -> None:
    """Write the module anew."""
    MODULE.write_text(written(), encoding="utf-8")


def written() -> str:
    """What the module holds."""
    kinds = [getattr(recipes, name) for name in recipes.__all__ if name.endswith("Options")]
    ordered = sorted([*kinds, *SHARED], key=lambda kind: (len(kind.__mro__), kind.__name__))  # parents first
    return "\n\n".join([HEADER, *(_settings(kind, ordered) for kind in ordered)])


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
    return [f"{beginning}Literal[", *(f"        {word}," for word in words.split(", ")), f"    ]{end}"]


if __name__ == "__main__":
    main()
