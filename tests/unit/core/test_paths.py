from __future__ import annotations

import io
import os
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from regraft.core import OptionError, as_path, as_paths, as_source, described


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder, and another working folder."""
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "home"


class Named:
    """Something else that names a path."""

    def __fspath__(self):
        return "a/b"


@pytest.mark.parametrize(
    "given",
    ["a/b", "a//b/", Path("a/b"), PurePosixPath("a/b"), b"a/b", np.str_("a/b"), Named()],
    ids=lambda given: type(given).__name__,
)
def test_a_path_is_read_in_every_form(given):
    """Text, bytes and path objects of any library name the same place."""
    assert as_path(given) == Path("a/b")
    assert as_paths(given) == [Path("a/b")]
    assert as_source(given) == str(Path("a/b"))
    assert type(as_path(given)) is type(Path())


@pytest.mark.parametrize("given", ["~/x", Path("~/x"), b"~/x", "~//x/"])
def test_the_home_folder_is_found(home, given):
    """`~` is the home folder, and what was found means the same when it is read again."""
    assert as_path(given) == home / "x"
    assert as_path(as_path(given)) == home / "x"
    assert as_path("~") == home


def test_a_thing_that_is_called_like_a_home_can_be_named(home):
    """`./~x` is a file of that name; so is `~x` where there is one and no such user."""
    del home
    Path("~x").touch()
    for given in ("./~x", "~x", Path("~x")):
        assert as_path(given) == Path.cwd() / "~x"
        assert as_path(as_path(given)) == Path.cwd() / "~x"
    assert as_path("./~/y") == Path.cwd() / "~" / "y"
    assert as_path("a/~/y") == Path("a/~/y")


def test_an_unknown_home_is_a_sentence(home):
    """A user that is not there is named, with what to do."""
    del home
    with pytest.raises(OptionError, match=r"^The folder is '~nosuchuser/x', but .*no such user.*\./~nosuchuser/x for"):
        as_path("~nosuchuser/x", "The folder")


@pytest.mark.parametrize(
    "given",
    [
        (["a", Path("b")]),
        (("a", b"b")),
        (name for name in "ab"),
        iter(["a", "b"]),
        np.array(["a", "b"]),
        np.array(["a", Path("b")], dtype=object),
        pd.Series(["a", "b"]),
        dict.fromkeys("ab").keys(),
    ],
    ids=lambda given: type(given).__name__,
)
def test_several_paths_are_read_in_every_form(given):
    """Lists, iterators, arrays and columns."""
    assert as_paths(given) == [Path("a"), Path("b")]


STRANGE = [
    (None, "not None"),
    (3, "not the int 3"),
    (True, "not True"),
    (1.5, "not the float 1.5"),
    ({"a": 1}, "not a dict of 1"),
    (object(), "not an object"),
    (Path, "not a type"),
    ("", "empty"),
    (b"", "empty"),
    (" ", "empty"),
    ("a\0b", "NUL"),
    (b"a\0b", "of an image it seems"),
    (b"\xff\xd8\xff\xe0...", "7 bytes, of an image it seems.*Classifier.predict"),
    (b"\x89PNG\r\n", "6 bytes, of an image it seems"),
    (bytearray(b"abc"), "not a bytearray.*Classifier.predict"),
    (io.BytesIO(b"abc"), "not a BytesIO.*Classifier.predict"),
    (np.zeros((4, 4, 3), np.uint8), r"not a uint8 ndarray of shape \(4, 4, 3\).*Classifier.predict"),
    (Image.new("RGB", (2, 2)), "not an Image.*Classifier.predict"),
    (pd.DataFrame({"path": ["a"]}), r"not a DataFrame"),
]


@pytest.mark.parametrize(
    ("given", "message"), STRANGE, ids=lambda part: part if isinstance(part, str) else type(part).__name__
)
def test_what_is_no_place_is_described(given, message):
    """The error says what was given, and where pixels in memory belong."""
    for reader in (as_path, as_paths):
        with pytest.raises(OptionError, match=f"^The photo is a path.*{message}"):
            reader(given, "The photo")


@pytest.mark.parametrize("given", [[None], ["a", 3], [["a"]], [b"\xff\xd8\xff\xe0"], [Image.new("RGB", (2, 2))]])
def test_one_that_is_no_place_is_described(given):
    """So does the error of one in a list."""
    with pytest.raises(OptionError, match=r"^The photo is a path"):
        as_paths(given, "The photo")


def test_a_name_that_is_no_unicode_is_kept():
    """Bytes are the name that the system has."""
    raw = b"caf\xe9.jpg"
    assert os.fsencode(as_path(raw)) == raw


def test_an_array_is_described_by_its_shape():
    """What a sentence calls things."""
    assert described([1, 2]) == "a list of 2"
    assert described(np.zeros((2, 3))) == "a float64 ndarray of shape (2, 3)"


@pytest.mark.parametrize("given", [b"BMW/1.jpg", b"GIF89a_demo.jpg", b"RIFF.webp", b"II*.tif"])
def test_a_name_that_begins_as_an_image_is_a_name(given):
    """Makes of cars and kinds of files are names of folders and files."""
    assert as_path(given) == Path(os.fsdecode(given))


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no HOME")
def test_an_empty_home_is_none(monkeypatch):
    """`HOME=` is as good as no HOME: the system's entry counts, never the root folder."""
    monkeypatch.delenv("HOME")
    unset = as_path("~/m.py")
    monkeypatch.setenv("HOME", "")
    assert as_path("~/m.py") == unset != Path("/m.py")
