"""Trials that several processes share and that a killed one cannot spoil, without any training."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest

from regraft.core import StoreError
from regraft.grafting.sweeps.fold_scores import FoldScore, joined
from regraft.grafting.sweeps.study import SweepStudy
from regraft.reports import SweptOption

SPACE = (
    SweptOption(name="learning_rate", low=1e-4, high=1e-2, is_log=True),
    SweptOption(name="optimizer", choices=("adamw", "sgd")),
    SweptOption(name="epochs", low=3, high=10, is_whole=True),
)
DEFAULT = {"learning_rate": 3e-4, "optimizer": "adamw", "epochs": 10}


def study_in(folder, default=DEFAULT):
    """The trials in a folder, as another process sees them."""
    return SweepStudy(folder, SPACE, seed=5, default=default)


def is_complete(study):
    """Whether the process that asks may end the sweep."""
    with study.alone():
        return study.is_complete()


def score(n_right, loss=0.5):
    """A fold of ten images."""
    return FoldScore(n_images=10, n_right=n_right, loss=loss, seconds=1.0)


def run(study, n_trials, rights=lambda _settings: (7, 8)):
    """Run all trials; returns the settings."""
    tried = []
    while (held := study.take(n_trials)) is not None:
        with held:
            for n_right in rights(held.settings):
                held.add(score(n_right))
            held.finish()
            tried.append(held.settings)
    return tried


def test_the_first_trial_is_that_of_the_defaults(tmp_path):
    """The others lie within the space, and there are as many as were asked for."""
    study = study_in(tmp_path)
    tried = run(study, 6)
    assert tried[0] == DEFAULT
    assert len(tried) == 6
    assert all(option.holds(settings[option.name]) for settings in tried for option in SPACE)
    results = study.results()
    assert [result.number for result in results] == [1, 2, 3, 4, 5, 6]
    assert [result.is_default for result in results] == [True] + 5 * [False]
    assert results[0].accuracies == (0.7, 0.8)
    assert results[0].accuracy == pytest.approx(0.75)


def test_a_sweep_that_goes_on_is_the_one_that_was_never_stopped(tmp_path):
    """Also beyond the random trials: every trial in a process of its own, and one of them is killed after a fold."""

    def rights(settings):
        return (9, 9) if settings["optimizer"] == "sgd" else (3, settings["epochs"])

    whole = run(study_in(tmp_path / "whole"), 14, rights)
    tried = []
    for number in range(1, 15):
        study = study_in(tmp_path / "parts")
        if number in (4, 13):
            with study.take(number) as held:
                held.add(score(rights(held.settings)[0]))
        with study_in(tmp_path / "parts").take(number) as held:
            assert held.place == number
            for n_right in rights(held.settings)[len(held.scores) :]:
                held.add(score(n_right))
            held.finish()
            tried.append(held.settings)
    assert tried == whole
    results = [study_in(tmp_path / name).results() for name in ("whole", "parts")]
    assert results[0] == results[1]


def test_a_trial_under_way_is_left_alone(tmp_path):
    """Another process takes another one, and none where all are taken."""
    one, other = study_in(tmp_path), study_in(tmp_path)
    first, second = one.take(2), other.take(2)
    with first, second:
        assert (first.place, second.place) == (1, 2)
        assert other.take(2) is None
        assert not is_complete(one)
        first.add(score(5))
        first.finish()
        assert (is_complete(one), other.n_finished()) == (False, 1)


CHILD = """
import sys, time
from pathlib import Path
from regraft.reports import SweptOption
from regraft.grafting.sweeps.fold_scores import FoldScore
from regraft.grafting.sweeps.study import SweepStudy
space = (SweptOption(name="dropout", low=0.0, high=0.5),)
held = SweepStudy(Path(sys.argv[1]), space, seed=5, default=None).take(9)
held.add(FoldScore(n_images=10, n_right=6, loss=0.25, seconds=1.0))
print(held.settings["dropout"], flush=True)
time.sleep(600)
"""


def test_the_trial_of_a_killed_process_is_run_again(tmp_path):
    """With its values and the folds that were judged."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        dropout = float(child.stdout.readline())
        study = SweepStudy(tmp_path, (SweptOption(name="dropout", low=0.0, high=0.5),), seed=5, default=None)
        assert not is_complete(study)
    finally:
        child.kill()
        child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert is_complete(study)
    with study.take(9) as held:
        assert (held.place, held.settings["dropout"]) == (1, dropout)
        assert held.scores == [FoldScore(n_images=10, n_right=6, loss=0.25, seconds=1.0)]


def test_half_a_line_at_the_end_of_the_journal_is_dropped(tmp_path):
    """As a machine that lost its power may leave it."""
    study = study_in(tmp_path)
    run(study, 2)
    with study.journal.open("ab") as file:
        file.write(b'{"op_code":5,"worker')
    again = study_in(tmp_path)
    assert again.n_finished() == 2
    assert len(run(again, 3)) == 1


def test_a_damaged_journal_is_a_sentence(tmp_path):
    """It says what to delete."""
    run(study_in(tmp_path), 1)
    journal = study_in(tmp_path).journal
    journal.write_bytes(b"nonsense\n" + journal.read_bytes())
    with pytest.raises(StoreError, match="Delete its folder"):
        study_in(tmp_path)


def test_what_is_worse_than_half_of_the_others_is_hopeless(tmp_path):
    """After its first fold, once five are finished."""
    study = study_in(tmp_path)
    run(study, 5)
    with study.take(7) as held:
        held.add(score(2))
        assert held.is_hopeless()
        held.stop()
    with study.take(7) as held:
        held.add(score(9))
        assert not held.is_hopeless()
        held.stop("The loss is no number.")
    assert [(one.outcome, one.note) for one in study.results()[5:]] == [
        ("stopped", ""),
        ("failed", "The loss is no number."),
    ]


def test_a_sweep_that_is_over_has_nothing_to_do(tmp_path):
    """Whoever comes after the result was written."""
    one, other = study_in(tmp_path / "sweep"), study_in(tmp_path / "sweep")
    run(one, 1)
    with one.alone():
        one.end()
    assert other.is_over
    assert other.take(5) is None
    assert other.n_finished() == 0
    assert not list(tmp_path.iterdir()), "its folder is not made again"


def test_what_a_process_left_that_was_killed_at_the_end_is_removed(tmp_path):
    """By the next sweep."""
    one = study_in(tmp_path / "sweep")
    shutil.copytree(one.folder, tmp_path / "sweep-77")
    study_in(tmp_path / "sweep")
    assert [path.name for path in tmp_path.iterdir()] == ["sweep"]
    assert not one.is_over


def test_who_wants_more_trials_is_waited_for(tmp_path):
    """For as long as that process lives and has not left."""
    few, many = (SweepStudy(tmp_path, SPACE, seed=5, default=DEFAULT, n_trials=number) for number in (2, 3))
    run(few, 2)
    assert not is_complete(few)
    run(many, 3)
    assert is_complete(few)
    more = SweepStudy(tmp_path, SPACE, seed=5, default=DEFAULT, n_trials=4)
    assert not is_complete(few)
    more.leave()
    assert is_complete(few)
    assert len(list(tmp_path.glob("*-wanted.lock"))) == 2, "what nobody wants any more is not kept"


NEXT = """
import sys
from pathlib import Path
from regraft.reports import SweptOption
from regraft.grafting.sweeps.study import SweepStudy
print("comes", flush=True)
study = SweepStudy(Path(sys.argv[1]), (SweptOption(name="dropout", low=0.0, high=0.5),), seed=5, default=None)
sys.stdin.read()
with study.take(1) as held:
    held.stop()
print(study.n_finished(), study.is_over)
"""


def test_a_sweep_begun_while_the_former_ends_is_whole(tmp_path):
    """It waits until the former is gone, or comes after it; nothing that it makes is removed."""
    space, folder = (SweptOption(name="dropout", low=0.0, high=0.5),), tmp_path / "sweep"
    former = SweepStudy(folder, space, seed=5, default=None)
    with former.alone():
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        child = subprocess.Popen([sys.executable, "-c", NEXT, str(folder)], **pipes)
        assert child.stdout.readline() == "comes\n"
        former.end()
    assert child.communicate("go on", timeout=120)[0] == "1 False\n"
    assert former.is_over
    assert [path.name for path in tmp_path.iterdir()] == ["sweep"]


def test_an_image_more_outweighs_any_loss():
    """Of equal numbers of images the smaller loss is better."""
    assert score(6, loss=9.0).objective > score(5, loss=0.0).objective
    assert score(6, loss=0.1).objective > score(6, loss=0.2).objective
    total = joined([score(6, loss=0.1), FoldScore(n_images=30, n_right=30, loss=0.5, seconds=2.0)])
    assert (total.accuracy, total.loss, total.seconds) == (0.9, pytest.approx(0.4), 3.0)
