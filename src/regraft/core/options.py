"""The base of every recipe's options and of every value that is saved as JSON."""

from __future__ import annotations

import json
import warnings
from collections import ChainMap
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, cast, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from regraft.core.errors import OptionError
from regraft.core.extras import VERB_EXTRAS, require_extra
from regraft.core.json_writing import exact_json
from regraft.core.option_faults import explain_validation
from regraft.core.paths import as_path, as_place, described
from regraft.core.text import all_printable, as_typed, printable, quoted
from regraft.core.verb_options import VERB_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from regraft.core.option_facts import Fact, Group

PrintableText = Annotated[str, BeforeValidator(lambda text: printable(text) if isinstance(text, str) else text)]
"""A saved text that opens no file any more, and may come from a file's name."""


_LOST = "\N{REPLACEMENT CHARACTER}"
"""Stands for a key, and for all, that pydantic cannot write: a text is no Unicode, or there is no JSON for a value."""


class Value(BaseModel):
    """A frozen record that checks itself and turns into JSON.

    Paths and names in it may hold bytes that are no UTF-8, and open their files; as JSON they are `printable`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null", defer_build=True)

    def model_dump(self, **settings: Any) -> dict[str, Any]:
        """The fields as a dictionary; with `mode="json"` as plain values that every JSON can hold."""
        if settings.get("mode") != "json":
            return super().model_dump(**settings)
        plain = all_printable(super().model_dump(**settings | {"mode": "python"}))  # else keys lose their bytes
        found: dict[str, Any] = all_printable(to_jsonable_python(plain))
        return found

    def model_dump_json(self, **settings: Any) -> str:
        """The fields as JSON that every reader accepts."""
        try:
            text = super().model_dump_json(**settings)
        except PydanticSerializationError:
            text = _LOST
        if _LOST not in text:
            return text
        indent = settings.pop("indent", None)
        return to_json(self.model_dump(mode="json", **settings), indent=indent, inf_nan_mode="null").decode()

    def exact_json(self, **settings: Any) -> str:
        """The fields as JSON from which `from_exact_json` makes the same value, whatever the bytes of its paths."""
        return exact_json(super().model_dump(mode="json", **settings))

    @classmethod
    def from_exact_json(cls, content: str | bytes) -> Self:
        """What `exact_json` or `model_dump_json` has written.

        Raises:
            ValueError: It is no JSON, or no such value.
        """
        return cls.model_validate(json.loads(content))


class Options(Value):
    """The settings of one recipe: name, type, default, bounds, help and place, declared once.

    The Python call, the command line, the run's record and the documentation are made from the
    subclass's fields. Unknown names are an error. A number that may be absent can be written as "none". A path may be
    text, and `~` in it is the home folder.

    Attributes:
        VERB: Whose options they are; None for parts that verbs have in common.
    """

    VERB: ClassVar[str | None] = None

    @classmethod
    def __pydantic_init_subclass__(cls, **_settings: Any) -> None:
        """An option that is declared anew, with another default, keeps the facts that it does not say anew."""
        bases = [base for base in cls.__mro__[1:] if issubclass(base, BaseModel)]
        for name, field in cls.model_fields.items():
            former = (base.model_fields[name].json_schema_extra for base in bases if name in base.model_fields)
            known = [facts for facts in (field.json_schema_extra, *former) if isinstance(facts, dict)]
            field.json_schema_extra = dict(ChainMap(*known)) or None

    @classmethod
    def place(cls, name: str) -> tuple[Group, int] | None:
        """The heading of an option, and its rank there; None where it has none."""
        group, rank = (cls.with_fact(fact).get(name) for fact in ("group", "rank"))
        return None if group is None else (cast("Group", group), cast("int", rank))

    @classmethod
    def with_fact(cls, fact: Fact) -> dict[str, JsonValue]:
        """The options whose fields hold a fact, and what it says of each, in their order."""
        facts = {name: field.json_schema_extra for name, field in cls.model_fields.items()}
        return {name: known[fact] for name, known in facts.items() if isinstance(known, dict) and fact in known}

    def own_code(self) -> tuple[str, ...]:
        """The functions of their own that the user names, as `FILE.py:function` or `package.module:function`."""
        ranks = cast("dict[str, int]", self.with_fact("names_code"))
        given = (getattr(self, name) for name in sorted(ranks, key=lambda name: ranks[name]))
        return tuple(str(name) for name in given if name and ":" in str(name))

    @model_validator(mode="before")
    @classmethod
    def _read_former(cls, given: Any) -> Any:
        """Options by the names that they have now."""
        if not isinstance(given, dict):
            return given
        former = {was: name for name, was in cls.with_fact("formerly").items() if was in given and name not in given}
        for was, name in former.items():
            text = (
                f"The option {quoted(was)} of {cls.VERB} is called {quoted(name)} now; the old name goes in the next "
            )
            warnings.warn(f"{text}minor version.", DeprecationWarning, stacklevel=4)
        return {former.get(name, name): value for name, value in given.items()}

    @model_validator(mode="before")
    @classmethod
    def _read_none(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        kinds = {name: set(get_args(field.annotation)) for name, field in cls.model_fields.items()}
        absent = {name for name, found in kinds.items() if type(None) in found and found & {int, float}}
        return {
            name: None if isinstance(value, str) and value == "none" and name in absent else value
            for name, value in given.items()
        }

    @field_validator("*", mode="before")
    @classmethod
    def _read_paths(cls, given: Any, about: ValidationInfo) -> Any:
        annotation = cls.model_fields[about.field_name or ""].annotation
        try:
            read = as_place if about.field_name in cls.with_fact("remote") else as_path
            return _read_path(given, {annotation, *get_args(annotation)}, read)
        except OptionError as error:  # told with the option's name, as its kind of user spells it
            raise ValueError(str(error).removeprefix(f"It is {quoted(given)}, but ")) from error

    @classmethod
    def of(cls, options: Self | None, settings: Mapping[str, Any]) -> Self:
        """Options from a ready object, from keyword settings, or from an object with some settings changed.

        An object of a subclass keeps its kind.

        Raises:
            OptionError: A name is unknown, a value is out of bounds, or the object is none, or holds another verb's
                options.
            MissingExtraError: The verb, or an option as it is given, needs what is not installed.
        """
        if not isinstance(options, Options | None):
            raise OptionError(
                f"Ready options are {cls.__name__}; this is {described(options)}. Give single options by name "
                "(seed=3), and those of a dictionary with two stars before it (**settings)."
            )
        given = {} if options is None else {name: getattr(options, name) for name in options.model_fields_set}
        if options is not None and options.VERB not in (None, cls.VERB):
            raise OptionError(
                f"These are the options of {options.VERB} ({type(options).__name__}), and {cls.VERB} takes "
                f"{cls.__name__}. Give them to {options.VERB}, or make the others."
            )
        kind = type(options) if isinstance(options, cls) else cls
        try:
            made = kind.model_validate({**given, **settings})
        except ValidationError as error:
            raise OptionError(explain_validation(error, kind, others=VERB_OPTIONS)) from None
        _require_extras(made)
        return made

    @classmethod
    def extras(cls, fact: Literal["extra", "told_extra"] = "extra") -> dict[str, tuple[str, tuple[str, ...]]]:
        """By option, the extra that it needs, and with which values: `needs_extra`, or only told: `tells_extra`."""
        facts = cast("dict[str, list[str]]", cls.with_fact(fact))
        return {name: (extra, tuple(values)) for name, (extra, *values) in facts.items()}


def _require_extras(options: Options) -> None:
    """See that what a verb and its options need is installed."""
    if options.VERB in VERB_EXTRAS:
        require_extra(VERB_EXTRAS[options.VERB], f"The verb {options.VERB}")
    for name, (extra, values) in options.extras().items():
        value, option = getattr(options, name), as_typed(name)
        if value in values:
            require_extra(extra, f"{option} {value}")
        elif not values and value != type(options).model_fields[name].default:
            require_extra(extra, option)


def _read_path(value: Any, kinds: set[Any], read: Callable[[object, str], Path]) -> Any:
    """A field's value, where it is a path: what is text for others may be one (`backbone` can name a run's folder)."""
    if Path in kinds and not (value is None and type(None) in kinds):
        return read(value, "It")
    return str(as_path(value)) if str in kinds and isinstance(value, PurePath) else value
