"""Where runs go."""

from __future__ import annotations

import pytest

from regraft.core import OptionError
from regraft.experiments.run_folders import RunFolder


def test_a_run_that_finds_its_place_taken_at_the_end_is_not_lost(tmp_path):
    """It gets a number; what came to lie there stays."""
    with RunFolder(tmp_path, "mine", "stem") as run:
        (run.folder / "report.html").write_text("done")
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "other").write_text("kept")
    assert run.final == tmp_path / "mine-2"
    assert (run.final / "report.html").read_text() == "done"
    assert (tmp_path / "mine" / "other").read_text() == "kept"


def test_a_place_that_is_taken_at_the_beginning_is_an_error(tmp_path):
    """Before anything is computed; a name is one folder's."""
    (tmp_path / "mine").mkdir()
    with pytest.raises(OptionError, match="a run at"):
        RunFolder(tmp_path, "mine", "stem")
    with pytest.raises(OptionError, match="single folder name"):
        RunFolder(tmp_path, "a/b", "stem")


def test_a_failed_run_leaves_nothing(tmp_path):
    """Not even what it had written."""
    with pytest.raises(ZeroDivisionError), RunFolder(tmp_path, None, "stem") as run:
        (run.folder / str(1 / 0)).write_text("half")
    assert not list(tmp_path.iterdir())


def fail_in(parent, *, beside=False):
    """A run that fails, and one that succeeds beside it."""
    with RunFolder(parent, None, "stem") as run:
        if beside:
            with RunFolder(parent, "mine", "stem"):
                pass
        (run.folder / str(1 / 0)).write_text("half")


def test_a_failed_run_takes_the_folders_that_it_made_with_it(tmp_path):
    """Not those that were there, nor one that holds something by now."""
    there, runs = tmp_path / "there", tmp_path / "runs"
    there.mkdir()
    for parent in (there / "runs", there / "a" / "runs"):
        with pytest.raises(ZeroDivisionError):
            fail_in(parent)
        assert list(tmp_path.rglob("*")) == [there]
    with pytest.raises(ZeroDivisionError):
        fail_in(runs, beside=True)
    assert sorted(tmp_path.rglob("*")) == [runs, runs / "mine", there]
