from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from regraft.core import OptionError, RemotePath, as_path, as_place, as_source


@pytest.mark.parametrize("given", ["s3://bucket/set", Path("s3://bucket/set"), "S3://bucket/set/"])
def test_an_address_stays_an_address(given):
    """However it is written; a path object has lost a slash, and gets it back."""
    assert str(as_place(given)) == as_source(given) == "s3://bucket/set"
    assert as_place(as_place(given)) == as_place(given)


def test_what_is_on_this_machine_stays_a_path(tmp_path, monkeypatch):
    """Also where it is called like an address."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s3:" / "bucket").mkdir(parents=True)
    assert as_place(Path("s3:/bucket")) == Path("s3:/bucket")
    assert not isinstance(as_place("photos"), RemotePath)


def test_where_something_is_written_no_address_is_taken():
    """The sentence says what can be done with one."""
    with pytest.raises(OptionError, match=r"--out is on a disk of this machine; 's3://b/x' is in an object store"):
        as_path("s3://b/x", "--out")


@pytest.mark.parametrize(
    "address",
    ["s3://key:secret@bucket/set", "https://host/a.tar?X-Amz-Signature=secret"],
)
def test_an_address_holds_no_secret(address):
    """Reports show addresses; the message does not show this one."""
    with pytest.raises(OptionError, match="password or a signature") as caught:
        as_place(address)
    assert "secret" not in str(caught.value).replace("the secret as", "")


@pytest.mark.parametrize(
    "address", ["reference://x", "simplecache://a", "zip://a::s3://b/c", "file:///etc/passwd", "s3://"]
)
def test_an_address_leads_to_a_place_in_one_store(address):
    """Not on to another one, as a file may say, and not back to this machine."""
    with pytest.raises(OptionError, match=r"one store|path itself"):
        as_place(address)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a/b.jpg", "a/b.jpg"),
        ("/etc/passwd", "etc/passwd"),
        ("../../other/x", "other/x"),
        ("a/../../x", "x"),
        ("s3://other/x", "s3://other/x"),
        ("a//b", "a//b"),
        ("", None),
    ],
)
def test_what_is_joined_to_a_place_stays_below_it(name, found):
    """Whatever it looks like: names come from tables, too."""
    place = as_place("s3://bucket/set")
    assert str(place / name) == ("s3://bucket/set" if found is None else f"s3://bucket/set/{found}")


def test_a_remote_place_has_the_parts_of_a_path():
    """Name, ending, folders above up to the bucket; it is pickled, compared and kept in dictionaries."""
    place = as_place("s3://bucket/set/cat/a.jpg")
    assert (place.name, place.stem, place.suffix) == ("a.jpg", "a", ".jpg")
    assert [str(one) for one in place.parents] == ["s3://bucket/set/cat", "s3://bucket/set", "s3://bucket"]
    assert place.parent.is_relative_to("s3://bucket/set")
    assert not place.is_relative_to("s3://bucket/se")
    assert place.relative_to("s3://bucket/set/") == Path("cat/a.jpg")
    with pytest.raises(ValueError, match="does not lie below"):
        place.relative_to("s3://bucket/se")
    assert pickle.loads(pickle.dumps(place)) == place
    assert {place: 1}[as_place("s3://bucket/set/cat/a.jpg")] == 1
    assert place.with_suffix(".cls") == as_place("s3://bucket/set/cat/a.cls")
    assert place.is_absolute()
    assert place.resolve() is place


def test_nothing_is_made_in_a_store():
    """Nor a folder on this machine that is called like one."""
    place = as_place("s3://bucket/set")
    with pytest.raises(OSError, match="nothing is written"):
        place.mkdir(parents=True)
    with pytest.raises(OSError, match="nothing is written"):
        place.open("wb")
