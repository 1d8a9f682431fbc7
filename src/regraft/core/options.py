"""The base of every recipe's options and of every value that is saved as JSON."""

from __future__ import annotations

from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from regraft.core.errors import OptionError
from regraft.core.text import quoted


class Value(BaseModel):
    """A frozen record that checks itself and turns into JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Options(Value):
    """The settings of one recipe: name, type, default, bounds and help, declared once.

    The Python call, the command line, the run's record and the documentation are made from the
    subclass's fields. Unknown names are an error. A number that may be absent can be written as "none".
    """

    @model_validator(mode="before")
    @classmethod
    def _read_none(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        kinds = {name: set(get_args(field.annotation)) for name, field in cls.model_fields.items()}
        absent = {name for name, found in kinds.items() if type(None) in found and found & {int, float}}
        return {name: None if value == "none" and name in absent else value for name, value in given.items()}

    @classmethod
    def of(cls, options: Self | None, settings: dict[str, Any]) -> Self:
        """Options from a ready object, from keyword settings, or from an object with some settings changed.

        Raises:
            OptionError: A name is unknown or a value is out of bounds.
        """
        given = {} if options is None else {name: getattr(options, name) for name in options.model_fields_set}
        try:
            return cls.model_validate(given | settings)
        except ValidationError as error:
            raise OptionError(explain_validation(error)) from None


def explain_validation(error: ValidationError) -> str:
    """What is wrong with some options, as sentences."""
    sentences = []
    for fault in error.errors(include_url=False, include_context=False):
        name = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            sentences.append(f"There is no option {quoted(name)}.")
        else:
            sentences.append(
                f"Option {quoted(name)} is {quoted(fault['input'])}: {fault['msg'][0].lower()}{fault['msg'][1:]}."
            )
    return " ".join(sentences)
