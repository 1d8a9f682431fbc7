"""The shelf: names, and what they mean as places change while they are read."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from regraft.core import BundleError, OptionError
from regraft.serving import shelf as module
from regraft.serving.problems import Problem
from regraft.serving.shelf import Shelf


@dataclass(eq=False)
class Model:
    """What a bundle of one word is opened as."""

    digest: str
    opened: list

    def staged(self):
        """Itself."""
        return self

    def try_out(self):
        """It works, unless its word is "weak"."""
        if self.digest == "weak":
            raise ValueError(self.digest)


class Opened(list):
    """What was opened, in order; `meanwhile` is called while it is read."""

    @staticmethod
    def meanwhile():
        """Nothing happens."""


@pytest.fixture
def opened(monkeypatch):
    """A shelf that opens bundles of one word."""
    opened = Opened()

    def open_classifier(place, *, trust_code):
        assert not trust_code
        word = (place / "bundle.json").read_text()
        opened.append(word)
        opened.meanwhile()
        if word == "broken":
            raise BundleError("it is broken")
        return Model(word, opened)

    monkeypatch.setattr(module, "open_classifier", open_classifier)
    return opened


def bundle(folder, word):
    """A folder that passes for a bundle of one word."""
    folder.mkdir(exist_ok=True)
    (folder / "new").write_text(word)
    (folder / "new").replace(folder / "bundle.json")
    return folder


def turn(link, place):
    """Let a link point at something else, in one step."""
    new = link.parent / ".new"
    new.symlink_to(place)
    new.replace(link)


def events(shelf):
    """What a look finds."""
    return [(change.event, change.digest) for change in shelf.renew()]


@pytest.fixture
def shelf(opened, tmp_path):
    """One of a link to the first of two versions."""
    bundle(tmp_path / "one", "first")
    bundle(tmp_path / "two", "second")
    turn(tmp_path / "link", tmp_path / "one")
    shelf = Shelf([f"m={tmp_path / 'link'}"])
    shelf.open()
    assert opened == ["first"]
    return shelf


def meant(shelf, name="m"):
    """What is asked by a name."""
    return shelf.find(name).current.model.digest


def test_a_new_version_is_opened_once_and_the_one_before_is_back_at_once(shelf, opened, tmp_path):
    """Nothing is done where nothing has changed."""
    assert events(shelf) == []
    turn(tmp_path / "link", tmp_path / "two")
    assert events(shelf) == [("classifier_opened", "second")]
    turn(tmp_path / "link", tmp_path / "one")
    assert events(shelf) == [("classifier_back", "first")]
    assert events(shelf) == []
    assert opened == ["first", "second"]


@pytest.mark.parametrize("word", ["broken", "weak"])
def test_what_cannot_be_opened_or_does_not_work_changes_nothing(word, shelf, opened, tmp_path):
    """It is tried once; what has another content is tried again."""
    bundle(tmp_path / "one", word)
    assert events(shelf) == [("classifier_refused", "")]
    assert events(shelf) == []
    assert meant(shelf) == "first"
    bundle(tmp_path / "one", "better")
    assert events(shelf) == [("classifier_opened", "better")]
    assert opened == ["first", word, "better"]


def test_a_link_that_turns_while_its_place_is_read(shelf, opened, tmp_path):
    """What is opened is of one version, and known by that version's file: the other is found at the next look."""
    turn(tmp_path / "link", tmp_path / "two")
    opened.meanwhile = lambda: turn(tmp_path / "link", tmp_path / "one")
    assert events(shelf) == [("classifier_opened", "second")]
    opened.meanwhile = Opened.meanwhile
    assert events(shelf) == [("classifier_back", "first")]


def test_a_bundle_that_is_replaced_while_it_is_read(shelf, opened, tmp_path):
    """It may be half of each: it is refused, and read again."""
    bundle(tmp_path / "one", "third")
    opened.meanwhile = lambda: bundle(tmp_path / "one", "fourth")
    assert events(shelf) == [("classifier_refused", "")]
    opened.meanwhile = Opened.meanwhile
    assert events(shelf) == [("classifier_opened", "fourth")]


def test_what_has_failed_is_opened_anew(shelf, opened):
    """Under the same name, from the same place; the version before stays what it was."""
    shelf.ails(shelf.find("m").current.model)
    assert shelf.ailing == {"m"}
    assert events(shelf) == [("classifier_opened", "first")]
    assert (shelf.ailing, shelf.find("m").previous) == (set(), None)
    assert opened == ["first", "first"]


def test_a_folder_is_all_that_lies_in_it(opened, tmp_path):
    """Hidden folders and others are none; one that appears is served, one that goes is served on."""
    for name in ("a", "b", ".hidden", "with space"):
        bundle(tmp_path / name, name)
    (tmp_path / "c").mkdir()
    shelf = Shelf([str(tmp_path)])
    shelf.open()
    assert [name for name, _ in shelf.items()] == opened == ["a", "b"]
    bundle(tmp_path / "c", "broken")
    assert events(shelf) == [("classifier_refused", "")]
    assert events(shelf) == []
    bundle(tmp_path / "c", "c")
    (tmp_path / "a" / "bundle.json").unlink()
    assert events(shelf) == [("classifier_opened", "c")]
    assert [meant(shelf, name) for name in "abc"] == ["a", "b", "c"]
    with pytest.raises(Problem, match="There are 'a', 'b' and 'c'"):
        shelf.find("d")


@pytest.mark.usefixtures("opened")
def test_names_are_told_apart(tmp_path):
    """Two of one name, a name that is none, and nothing at all are refused before anything is served."""
    place = bundle(tmp_path / "one", "first")
    for sources, sentence in (
        ([str(place), f"one={place}"], "Two classifiers are called 'one'"),
        ([f"a/b={place}"], "cannot be a classifier's name"),
    ):
        with pytest.raises(OptionError, match=sentence):
            Shelf(sources).open()
    with pytest.raises(BundleError, match="There is no classifier at"):
        Shelf(["nowhere"]).open()
    (tmp_path / "empty").mkdir()
    with pytest.raises(OptionError, match="There is no classifier in"):
        Shelf([str(tmp_path / "empty")]).open()
