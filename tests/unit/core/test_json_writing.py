from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from regraft.core import Value, exact_json, json_text

NAMES = st.binary(max_size=12).map(lambda raw: raw.decode("utf-8", "surrogateescape"))


class Named(Value):
    """A value that holds names in every way."""

    name: str
    path: Path = Path("x")
    names: tuple[str, ...] = ()
    by_name: dict[str, str] = Field(default_factory=dict)
    inner: Named | None = None
    number: float = 1.0


@given(NAMES)
def test_every_reader_accepts_a_value_with_any_name(name):
    """JSON of a value is valid UTF-8, whatever bytes its paths and names hold, at any depth and in keys."""
    value = Named(name=name, names=(name,), by_name={name: name}, inner=Named(name=name), number=float("nan"))
    for indent in (None, 1):
        text = value.model_dump_json(indent=indent)
        known = json.loads(text.encode("utf-8"))
        assert known["name"] == known["inner"]["name"] == known["names"][0] == known["by_name"][known["name"]]
        assert known["number"] is None
    json.dumps(value.model_dump(mode="json"), ensure_ascii=False).encode("utf-8")


def test_a_name_is_escaped_in_the_same_way_everywhere():
    """In JSON of a value, of plain values, and in the plain values themselves."""
    value = Named(name="caf\udce9", path=Path("\udcff/x"))
    assert json.loads(value.model_dump_json())["name"] == "caf\\udce9"
    assert value.model_dump(mode="json")["path"] == "\\udcff/x"
    assert json.loads(json_text({"n": ("caf\udce9",)})) == {"n": ["caf\\udce9"]}


def test_the_value_itself_still_opens_the_file():
    """Only what is written is escaped."""
    value = Named(name="caf\udce9", path=Path("\udcff"))
    assert (value.name, value.path) == ("caf\udce9", Path("\udcff"))
    assert value.model_dump()["name"] == "caf\udce9"


@given(NAMES)
def test_own_records_give_back_the_very_bytes(name):
    """A record that Regraft reads again opens the same file, and its JSON is plain ASCII."""
    value = Named(name=name, names=(name, "x"))
    assert Named.from_exact_json(value.exact_json()) == value
    assert exact_json([name]).isascii()
    with pytest.raises(ValueError, match="name"):
        Named.from_exact_json("{}")
