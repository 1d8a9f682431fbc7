from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field, ValidationError

from regraft.core import OptionError, Options, came_later, explain_validation, names_code, placed, wanted


class SomeOptions(Options):
    share: float = Field(0.5, gt=0, lt=1, description="A share.")
    name: str = "x"


def test_settings_change_single_options():
    """Keyword settings win over an options object; what nobody gives keeps its default."""
    assert SomeOptions.of(SomeOptions(name="y"), {"share": 0.1}) == SomeOptions(name="y", share=0.1)
    assert SomeOptions.of(None, {}) == SomeOptions()


class OwnOptions(SomeOptions):
    """A user's, with another default."""

    name: str = "own"


class GrowOptions(SomeOptions):
    VERB = "grow"


def test_an_object_keeps_its_kind():
    """Defaults of a subclass stay; the options of another verb are none of this one's."""
    assert SomeOptions.of(OwnOptions(), {"share": 0.1}) == OwnOptions(share=0.1)
    with pytest.raises(OptionError, match=r"These are the options of grow \(GrowOptions\), and"):
        SomeOptions.of(GrowOptions(), {})


@pytest.mark.parametrize("given", [{"share": 0.1}, "share", SomeOptions, 0])
def test_what_are_no_options_is_told_in_a_sentence(given):
    """Also a dictionary: what it holds is given by name."""
    with pytest.raises(OptionError, match=r"^Ready options are SomeOptions; this is .*\(\*\*settings\)\.$"):
        SomeOptions.of(given, {})


def test_wrong_settings_are_sentences():
    """An unknown name and a value out of bounds are told in words."""
    with pytest.raises(OptionError, match="There is no option 'shar'"):
        SomeOptions.of(None, {"shar": 1})
    with pytest.raises(OptionError, match="Option 'share' is 7: input should be less than 1"):
        SomeOptions.of(None, {"share": 7})


def test_an_option_of_several_kinds_has_one_error():
    """It names all that can be chosen, once, in the reader's words."""
    with pytest.raises(OptionError) as caught:
        Chosen.of(None, {"how": "fast", "share": 7})
    assert str(caught.value) == (
        "Option 'how' is 'fast': it should be one of auto, crop, pad. Option 'share' is 7: input should be less than 1."
    )


Policy = Literal["crop", "pad"]


class Chosen(Options):
    """A choice with a word of its own beside the usual ones, as many options have."""

    how: Literal["auto"] | Policy = "auto"
    share: float = Field(0.5, lt=1)


def test_options_are_frozen():
    """Options cannot be changed after they are made."""
    with pytest.raises(ValidationError):
        SomeOptions().name = "z"  # type: ignore[misc]


def test_a_number_can_be_absent_in_words():
    """The command line has no other way to say it; a name may be none."""
    assert Absent.of(Absent(), {"rate": "none"}).rate is None
    assert Absent.of(None, {"name": "none"}).name == "none"


class Absent(Options):
    """A number and a name that may be absent."""

    rate: float | None = 1.0
    name: str | None = None


class PlacedOptions(Options):
    often: int = Field(1, json_schema_extra=placed("data", 10))
    seldom: int = Field(1, json_schema_extra=placed("expert", 20))


class OtherDefaults(PlacedOptions):
    often: int = Field(2, description="The same, with another default.")


def test_an_option_stands_where_it_was_first_declared():
    """A subclass that gives another default need not say the place again; an option may have none."""
    assert OtherDefaults.place("often") == ("data", 10)
    assert OtherDefaults.place("seldom") == ("expert", 20)
    assert SomeOptions.place("share") is None


class Factual(Options):
    own: str | None = Field(None, json_schema_extra=placed("data", 10) | names_code(2))
    first: str | None = Field(None, json_schema_extra=names_code(1) | came_later())


class Elsewhere(Factual):
    own: str | None = Field("a:b", json_schema_extra=placed("expert", 1))


def test_facts_of_an_option_are_said_once():
    """A subclass changes what it says anew; the options with a fact are found in their order."""
    assert Elsewhere.place("own") == ("expert", 1)
    assert Elsewhere.with_fact("names_code") == {"own": 2, "first": 1}
    assert Elsewhere.with_fact("came_later") == {"first": True}
    assert Elsewhere.with_fact("decides") == {}


def test_own_code_is_what_names_a_function():
    """In the order of its ranks; a plain name is none, and an option that is not given neither."""
    assert Elsewhere(first="FILE.py:f").own_code() == ("FILE.py:f", "a:b")
    assert Elsewhere(first="adam").own_code() == ("a:b",)
    assert Factual().own_code() == ()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (int, "a whole number"),
        (float | None, "a number, or none"),
        (Literal["auto"] | float | None, "a number, or one of auto, none"),
        (Literal["auto", "crop", "pad"], "one of auto, crop, pad"),
        (Literal["model"], "model"),
        (tuple[float, ...], "one or more values, each a number"),
        (str | None, "a text"),
        (bool, "yes or no"),
    ],
)
def test_what_an_option_takes_is_said_once(kind, words):
    """However many kinds its union has."""
    assert wanted(kind) == words


class Placed(Options):
    folder: Path | None = None
    network: str = "x"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "Option 'folder' is empty: it is a path; this text is empty."),
        ("~nosuchuser/x", "Option 'folder' is '~nosuchuser/x': the home folder ~nosuchuser is not known: there is no"),
        (3, "Option 'folder' is 3: it is a path (str or Path), not the int 3."),
    ],
)
def test_what_is_no_path_is_told_with_the_options_name(given, message):
    """The name is spelt by whoever tells it: a command line does not show Python's."""
    with pytest.raises(OptionError) as caught:
        Placed.of(None, {"folder": given})
    assert str(caught.value).startswith(message)
    with pytest.raises(ValidationError) as wrong:
        Placed(folder=given)
    assert explain_validation(wrong.value, Placed, spelt="--{}".format).startswith(
        message.replace("'folder'", "--folder")
    )


def test_a_path_may_stand_where_a_name_does():
    """A run's folder can be a network."""
    assert Placed(network=Path("runs/a"), folder=b"b") == Placed(network="runs/a", folder=Path("b"))
