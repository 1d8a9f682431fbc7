"""The base of every recipe's options and of every value that is saved as JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen record that checks itself and turns into JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Options(Value):
    """The settings of one recipe: name, type, default, bounds and help, declared once.

    The Python call, the command line, the run's record and the documentation are made from the
    subclass's fields. Unknown names are an error.
    """
