from __future__ import annotations

from pathlib import Path

import pytest

from regraft.core import duration, plural, quoted, shortened


def test_counts_agree_with_their_nouns():
    """One is singular, all others are plural, thousands have separators."""
    assert plural(1, "image") == "1 image"
    assert plural(2624, "image") == "2,624 images"
    assert plural(0, "class", "classes") == "0 classes"


def test_text_is_shortened_to_one_printable_line():
    """Control characters cannot reach a terminal, and long names keep both ends."""
    assert shortened("a\nb\x1b[31m") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m"
    assert len(shortened("x" * 500, 81)) == 81
    assert shortened("begin" + "x" * 500 + "end", 21).endswith("end")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (r"^(\d+)_", r"'^(\d+)_'"),
        ("it's", '"it\'s"'),
        (Path("a") / "b", "'a/b'"),
        ("", "''"),
        ("a\nb", "'a\N{REPLACEMENT CHARACTER}b'"),
        (("red", r"\d"), r"'red', '\d'"),
        (3, "3"),
        (None, "None"),
    ],
)
def test_what_a_user_gave_is_shown_as_it_was_typed(given, shown):
    """A regular expression keeps its single backslashes, control characters stay out, numbers need no quotes."""
    assert quoted(given) == shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.004, "0.1 s"),
        (0.34, "0.3 s"),
        (2, "2 s"),
        (9.96, "10 s"),
        (40, "40 s"),
        (99.4, "99 s"),
        (150, "2.5 minutes"),
        (180, "3 minutes"),
        (569, "9.5 minutes"),
        (570, "10 minutes"),
        (3569, "59 minutes"),
        (3599, "1 h"),
        (4800, "1 h 20 min"),
        (86399, "1 day"),
        (2 * 86400 + 3 * 3600, "2 days 3 h"),
    ],
)
def test_a_time_is_said_in_the_unit_that_people_would_take(seconds, said):
    """No "0.0 minutes", no "7200 s"; rounding never gives sixty of the smaller unit."""
    assert duration(seconds) == said
