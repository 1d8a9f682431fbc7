from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regraft.core import (
    as_number,
    as_percent,
    as_read,
    duration,
    listed,
    plural,
    printable,
    quoted,
    shell_quoted,
    shortened,
    signed_points,
    visible,
)


def test_counts_agree_with_their_nouns():
    """One is singular, all others are plural, thousands have separators."""
    assert plural(1, "image") == "1 image"
    assert plural(2624, "image") == "2,624 images"
    assert plural(0, "class", "classes") == "0 classes"


@given(st.text())
def test_valid_text_is_printed_as_it_is(text):
    """Only what is no Unicode changes."""
    assert printable(text) == text


@given(st.binary(max_size=20))
def test_names_of_any_bytes_become_text_that_can_be_saved(raw):
    """The bytes of a file name that are no UTF-8 survive as text in JSON."""
    text = printable(raw.decode("utf-8", "surrogateescape"))
    assert json.loads(json.dumps(text, ensure_ascii=False).encode()) == text


@given(st.binary(max_size=20))
def test_any_name_is_one_line_that_every_terminal_can_show(raw):
    """What is visible holds nothing that moves a cursor or hides its neighbours, and changes nothing else."""
    text = visible(raw.decode("utf-8", "surrogateescape"))
    assert len(text.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)
    assert visible(text) == text
    text.encode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("caf\udce9.jpg", "caf\\udce9.jpg"),
        ("\x1b[31m\t\x9b\r", "\\x1b[31m\\t\\x9b\\r"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("a\u2028b", "a\\u2028b"),
        ("9.41\u202fAM.png", "9.41\u202fAM.png"),
        ("\N{MAN}\u200d\N{WOMAN}", "\N{MAN}\u200d\N{WOMAN}"),
        ("e\u0301 \u65e5\u672c", "e\u0301 \u65e5\u672c"),
    ],
)
def test_names_are_shown_as_they_are_where_that_is_harmless(name, shown):
    """Odd bytes and what steers a terminal are escaped; foreign letters, blanks and emoji are not."""
    assert visible(name) == shown


def test_a_name_in_utf8_is_itself_in_an_ascii_locale():
    """Where Python reads names as ASCII, UTF-8 names are saved as everywhere else."""
    assert printable("caf\u00e9".encode().decode("ascii", "surrogateescape")) == "caf\u00e9"
    assert printable("caf\udce9") == "caf\\udce9"


@given(st.binary(min_size=1, max_size=20).filter(lambda raw: b"\0" not in raw))
def test_a_shell_reads_back_a_quoted_name(raw):
    """A word of a command line that is printed is visible, and means the very bytes."""
    word = shell_quoted(os.fsdecode(raw))
    assert visible(word) == word
    if word.startswith("$"):
        assert re.sub(r"\\x(..)", lambda found: chr(int(found[1], 16)), word[2:-1]).encode("latin-1") == raw
    else:
        assert os.fsencode(shlex.split(word)[0]) == raw


def test_a_real_shell_gets_the_bytes():
    """Bash hands a quoted Latin-1 name to a program as it is."""
    word = shell_quoted("caf\udce9 'n\n\u65e5")
    done = subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, check=True)
    assert done.stdout == b"caf\xe9 'n\n\xe6\x97\xa5"


def test_text_is_shortened_to_one_printable_line():
    """Control characters cannot reach a terminal, and long names keep both ends."""
    assert shortened("a\nb\x1b[31m") == "a\\nb\\x1b[31m"
    assert len(shortened("x" * 500, 81)) == 81
    assert shortened("begin" + "x" * 500 + "end", 21).endswith("end")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (r"^(\d+)_", r"'^(\d+)_'"),
        ("it's", '"it\'s"'),
        (Path("a") / "b", "'a/b'"),
        ("", "''"),
        ("a\nb", "'a\\nb'"),
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


def test_values_of_a_table_are_read_by_people():
    """Fractions have three digits, or all before the point; whole numbers, years, stay as they are; bytes are UTF-8."""
    values = (0.12345, 99.96, 1250.4, 2026, b"PNG", "Ghent", True)
    assert [as_read(value) for value in values] == ["0.123", "100", "1,250", "2026", "PNG", "Ghent", "True"]


@pytest.mark.parametrize(
    ("share", "text"), [(0.018, "+1.8"), (-0.004, "-0.4"), (0.0, "+0.0"), (-0.0004, "+0.0"), (-0.0, "+0.0")]
)
def test_points_have_a_sign_but_nothing_is_not_negative(share, text):
    """A difference that rounds to nothing is +0.0, from whichever side."""
    assert signed_points(share) == text


def test_shares_are_told_in_per_cent():
    """With one digit behind the point, whatever the share."""
    assert [as_percent(share) for share in (0.0, 0.8766, 1.0)] == ["0.0 %", "87.7 %", "100.0 %"]


def test_numbers_are_numbers_as_people_write_them():
    """No word is one, and neither is what has no size."""
    assert [as_number(text) for text in ("3", "-1e2", "0.5")] == [3, -100, 0.5]
    assert [as_number(text) for text in ("", "3 cm", "nan", "inf")] == [None] * 4


def test_names_are_listed_as_people_do():
    """The last one behind an `and`; what is left out is more."""
    assert [listed("abcd"[:n], 3) for n in range(1, 5)] == ["a", "a and b", "a, b and c", "a, b, c and more"]
