from __future__ import annotations

import io
import os

import pytest

from regraft.cli.standard_input import read_listed_files
from regraft.core import StoreError


@pytest.fixture
def read(monkeypatch):
    """What is read of some bytes on standard input, in a locale that cannot decode them."""

    def listed(content):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))
        return [os.fsencode(name) for name in read_listed_files()]

    return listed


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"a.jpg", [b"a.jpg"]),
        (b"a.jpg\nb.jpg\n", [b"a.jpg", b"b.jpg"]),
        (b"a.jpg\r\nb.jpg\r\n", [b"a.jpg", b"b.jpg"]),
        (b"a.jpg\n\n  \nb.jpg", [b"a.jpg", b"b.jpg"]),
        (b" lead.jpg\ntrail.jpg \n", [b" lead.jpg", b"trail.jpg "]),
        (b"caf\xe9.jpg\ncaf\xc3\xa9.jpg\n", [b"caf\xe9.jpg", b"caf\xc3\xa9.jpg"]),
        (b"\xef\xbb\xbfa.jpg\n", [b"a.jpg"]),
        ("\ufeffa\u00e9.jpg\r\nb.jpg\r\n".encode("utf-16-le"), ["a\u00e9.jpg".encode(), b"b.jpg"]),
        ("a\u2028b\n\x85c\nd\x0b\x0ce\n".encode(), ["a\u2028b".encode(), "\x85c".encode(), b"d\x0b\x0ce"]),
        (b"a\x1cb\x1dc\x1ed\n", [b"a\x1cb\x1dc\x1ed"]),
        (b"./new\nline.jpg\0./b.jpg\0", [b"./new\nline.jpg", b"./b.jpg"]),
        (b"a.jpg\0b.jpg", [b"a.jpg", b"b.jpg"]),
        (b"\0", []),
    ],
)
def test_names_are_read_as_the_bytes_that_they_are(read, content, names):
    """One on a line or each with a null byte behind it; nothing but line ends, blank lines and marks is taken away."""
    assert read(content) == names


def test_text_is_as_good_as_bytes(monkeypatch):
    """Programs may put a text in place of standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO("a.jpg\nb.jpg\n"))
    assert read_listed_files() == ["a.jpg", "b.jpg"]


def test_no_standard_input_is_a_sentence(monkeypatch):
    """A program without a console has none."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(StoreError, match="Standard input is closed"):
        read_listed_files()
