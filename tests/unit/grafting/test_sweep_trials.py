"""Waiting for the last trials, which another process runs: it says so once, and Ctrl-C is answered."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from regraft.core import InterruptedRunError, SilentProgress
from regraft.grafting import SweepOptions
from regraft.grafting.sweeps.study import SweepStudy
from regraft.grafting.sweeps.trials import TrialRoom
from regraft.reports import SweptOption

SPACE = (SweptOption(name="dropout", low=0.0, high=0.5),)


class Heard(SilentProgress):
    """Keeps what a log would show; `answer` is called when something is said."""

    def __init__(self, answer):
        self.answer, self.lines = answer, []

    def start(self, task, n_total, unit="images"):
        """A bar."""
        self.lines.append((task, n_total, unit))

    def advance(self, n_done=1):
        """A step."""
        self.lines.append(n_done)

    def say(self, text):
        """A sentence."""
        self.lines.append(text)
        self.answer()


def room(folder, progress):
    """A process that shares two trials."""
    study = SweepStudy(folder, SPACE, seed=5, default=None, n_trials=2)
    return TrialRoom(SweepOptions(trials=2), (), is_own=False, study=study, shared=SimpleNamespace(progress=progress))


def finish_one(study):
    """Run a trial; the folds do not matter here."""
    with study.take(2) as held:
        held.stop()


def test_a_log_of_a_waiting_process_grows_with_what_is_finished(tmp_path):
    """One bar, one sentence, one step for each trial; nothing for each look."""
    other = SweepStudy(tmp_path, SPACE, seed=5, default=None)
    finish_one(other)
    last = other.take(2)

    def end():
        with last:
            last.stop()

    heard = Heard(end)
    with room(tmp_path, heard).to_the_end() as is_over:
        assert not is_over
    sentence = "Another process runs the last trials: waiting for it."
    assert heard.lines == [("Sweep", 2, "trials"), 1, sentence, 1]


def test_ctrl_c_is_answered_wherever_it_comes(tmp_path):
    """Also between two looks at the trials: what is kept, and how to go on."""

    def interrupt():
        raise KeyboardInterrupt

    other = SweepStudy(tmp_path, SPACE, seed=5, default=None)
    finish_one(other)
    waiting = room(tmp_path, Heard(interrupt))
    message = "1 finished trial of 2 kept: run the same command again"
    with other.take(2), pytest.raises(InterruptedRunError, match=message), waiting.stoppable(), waiting.to_the_end():
        pass
