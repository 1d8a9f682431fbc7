"""Who shares a sweep's trials finds the run that another process has written, among all others."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from regraft.core import StoreError
from regraft.grafting import SweepOptions
from regraft.grafting.sweeps.outcome import find_outcome
from regraft.grafting.sweeps.study import SweepStudy
from regraft.reports import Sweep, SweptOption

SPACE = (SweptOption(name="dropout", low=0.0, high=0.5),)


def begun(runs):
    """A sweep under way, as a process sees it that shares the trials."""
    study = SweepStudy(runs / ".training-1", SPACE, seed=5, default=None)
    return SimpleNamespace(room=SimpleNamespace(options=SweepOptions(runs=runs), study=study))


def written(opened, name):
    """The run that a process with a name of its own has made of a sweep, which is over."""
    study, folder = opened.room.study, opened.room.options.runs / name
    with study.take(1) as held:
        held.stop()
    sweep = Sweep(title=name, created="now", n_images=9, n_folds=3, space=SPACE, trials=tuple(study.results()))
    folder.mkdir()
    (folder / "sweep.json").write_text(sweep.model_dump_json(), encoding="utf-8")
    shutil.copyfile(study.journal, folder / study.journal.name)
    with study.alone():
        study.end()
    return folder.resolve()


def test_whoever_joins_gets_the_run_of_its_own_sweep(tmp_path):
    """Not that of last week's, though another name was given since, and damaged or half removed runs lie beside."""
    written(begun(tmp_path), "photos-sweep")
    for name, content in (("damaged", "{"), ("foreign", "[]")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sweep.json").write_text(content)
    writer, joiner = begun(tmp_path), begun(tmp_path)
    again = written(writer, "again")
    folder, sweep = find_outcome(joiner)
    assert (folder, sweep.title) == (again, "again")
    shutil.rmtree(again)
    with pytest.raises(StoreError, match="it is gone from"):
        find_outcome(joiner)


def test_the_next_sweep_is_another_one(tmp_path):
    """Where the same command is begun again in the same folder, the sweep before stays over, and leaves it alone."""
    former = begun(tmp_path)
    written(former, "photos-sweep")
    assert former.room.study.n_finished() == 0
    assert not former.room.study.folder.exists()
    latter = begun(tmp_path)
    assert former.room.study.is_over
    assert former.room.study.take(9) is None
    assert not latter.room.study.is_over
