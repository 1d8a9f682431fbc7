from __future__ import annotations

import pytest

from regraft.core import OptionError, Registry

ROWS = Registry("fruit", {"apple": 1, "pear": 2})


def test_a_row_is_found_by_its_name():
    """A registry is a read-only mapping in the order of its rows."""
    assert ROWS["pear"] == 2
    assert list(ROWS) == ["apple", "pear"]
    assert "apple" in ROWS
    assert ROWS.get("plum") is None
    assert len(ROWS) == 2


def test_an_unknown_name_is_answered_with_near_ones():
    """A misspelt name suggests what was meant; a strange one lists what there is."""
    with pytest.raises(OptionError, match=r"no fruit called 'aple'. Did you mean apple\?"):
        ROWS["aple"]
    with pytest.raises(OptionError, match="Known: apple, pear"):
        ROWS["xyz"]
