"""A folder that is made aside appears whole or not at all, and nothing that lies in its place is touched."""

from __future__ import annotations

import errno

import pytest

from regraft.core import InterruptedRunError, OptionError, SilentProgress, StoreError, exclusive
from regraft.datasets.staging import StagedFolder, resolve_folder


def read(folder):
    """The record of a folder that was made."""
    record = folder / "record"
    return record.read_text() if record.exists() else None


@pytest.fixture
def staged(tmp_path):
    """A folder that is to be made."""
    return StagedFolder(
        target=tmp_path / "made",
        activity="getting",
        option="--out",
        read=read,
        kept=lambda aside: f"{len(list(aside.glob('part*')))} parts are kept",
        progress=SilentProgress(),
    )


def build(aside):
    """Two files and the record."""
    whole = aside / "whole"
    whole.mkdir(parents=True)
    (whole / "record").write_text("new")
    return whole, "new"


def test_it_appears_whole_and_nothing_lies_aside(staged, tmp_path):
    """Made in a hidden folder beside its place, which is gone afterwards; an empty folder may be there already."""
    staged.target.mkdir()
    assert staged.recognise() is None
    with staged.explained():
        assert staged.make(build) == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert staged.recognise() == "new"


def test_what_was_made_meanwhile_is_not_made_again(staged):
    """Who waited for another process takes what that has made."""
    staged.target.mkdir()
    (staged.target / "record").write_text("another's")
    assert staged.make(lambda _aside: pytest.fail("it was built again")) == "another's"


def test_a_place_that_is_taken_is_refused(staged, tmp_path, monkeypatch):
    """By a file, by something else, by the folder one stands in; nothing of it is touched."""
    staged.target.write_text("a letter")
    with pytest.raises(OptionError, match=r"made is a file or the current folder\. Name a folder to make, with --out"):
        staged.recognise()
    assert staged.target.read_text() == "a letter"
    staged.target.unlink()
    staged.target.mkdir()
    (staged.target / "thesis").write_text("")
    with pytest.raises(OptionError, match=r"holds something else already \(first: 'thesis'\)\. Nothing was written"):
        staged.recognise()
    (staged.target / "thesis").unlink()
    monkeypatch.chdir(staged.target)
    with pytest.raises(OptionError, match="is a file or the current folder"):
        staged.recognise()
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_one_process_at_a_time_makes_it(staged, monkeypatch):
    """Another one does not wait for ever, and says so."""
    monkeypatch.setattr("regraft.datasets.staging._SECONDS_TO_WAIT", 0.0)
    staged.aside.mkdir()
    with exclusive(staged.aside / "lock.sqlite"), pytest.raises(StoreError):
        staged.make(build)
    assert not staged.target.exists()


def test_ctrl_c_says_what_is_kept(staged):
    """And keeps it, for the next time."""

    def interrupted(aside):
        (aside / "part1").write_text("")
        raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError, match=r"Stopped\. 1 parts are kept: run the same command again to go on"):
        staged.make(interrupted)
    assert (staged.aside / "part1").exists()
    assert not staged.target.exists()


def test_what_the_system_refuses_is_a_sentence(staged):
    """With the file and the remedy; what is finished stays aside."""
    staged.aside.mkdir()
    said = r"x\.png cannot be written or read \(No space left on device\).*--out"
    with pytest.raises(StoreError, match=said), staged.explained():
        raise OSError(errno.ENOSPC, "No space left on device", "x.png")
    assert staged.aside.exists()


def test_a_folder_that_leads_nowhere_is_a_sentence(tmp_path):
    """Links in a circle are no place; other names are made absolute."""
    assert resolve_folder(tmp_path / "a" / ".." / "b") == (tmp_path / "b").resolve()
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / name).symlink_to(tmp_path / other)
    with pytest.raises(OptionError, match="cannot be found"):
        resolve_folder(tmp_path / "one" / "below")
