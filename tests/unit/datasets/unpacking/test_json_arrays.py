"""Large JSON files are read an element at a time, and give what the standard library gives."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regraft.datasets.unpacking import json_arrays
from regraft.datasets.unpacking.json_arrays import read_arrays

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("n_characters", [3, 20, 1 << 20])
@settings(max_examples=60)
@given(content=st.dictionaries(st.text(), VALUES, max_size=5), indent=st.sampled_from([None, 2]))
def test_elements_are_those_of_the_standard_library(n_characters, content, indent):
    """Whatever the values are and however they are cut into pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_arrays, "_N_CHARACTERS", n_characters)
        found = list(read_arrays(io.StringIO(json.dumps(content, indent=indent))))
    expected = [(key, element) for key, value in content.items() if isinstance(value, list) for element in value]
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "[1]",
        "3",
        "{",
        '{"a"',
        '{"a": [1',
        '{"a": [1,',
        '{"a": [1 2]}',
        '{"a": 1 "b": 2}',
        '{"a": [tru]}',
        '{"a": [' * 2,
    ],
)
def test_what_is_no_such_file(text):
    """Cut off or wrong, it is an error and not an end."""
    with pytest.raises(ValueError, match=r"expected|Expecting|Unterminated"):
        list(read_arrays(io.StringIO(text)))


@pytest.mark.parametrize("number", ["1.5", "-1.25e+3", "1E-2", "123456789012345678901234567890"])
def test_a_number_is_never_cut(number, monkeypatch):
    """Its first digits would be a number, too."""
    monkeypatch.setattr(json_arrays, "_N_CHARACTERS", 1)
    text = f'{{"b": {number}, "a": [{number}, {number}]}}'
    assert list(read_arrays(io.StringIO(text))) == 2 * [("a", json.loads(number))]


def test_a_value_without_end_is_refused(monkeypatch):
    """Only one value is in memory, and no larger one than was agreed."""
    monkeypatch.setattr(json_arrays, "_N_CHARACTERS", 10)
    monkeypatch.setattr(json_arrays, "_N_VALUE_CHARACTERS_MAX", 1000)
    with pytest.raises(ValueError, match="too large"):
        list(read_arrays(io.StringIO('{"a": ["' + 100_000 * "x")))
