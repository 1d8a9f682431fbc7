"""`sweep` as a user meets it: real commands, kills, processes side by side, test images that nobody looks at."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time

import pytest

import regraft
from regraft.core import CACHE_VARIABLE, MissingExtraError, OptionError, SilentProgress, TrainingError
from regraft.grafting.sweeps.optuna_side import JOURNAL
from regraft.reports import Sweep

pytestmark = pytest.mark.slow

QUICK = {
    "from_stage": "2",
    "augmentation": "none",
    "epochs": 1,
    "n_strengths": 3,
    "judging_folds": 2,
    "over": ("learning_rate=1e-4..1e-2", "dropout=0,0.2"),
    "engine": "torch",  # to convert a network takes longer than all of its trials
}
SLOWER = (
    "--from-stage", "2", "--augmentation", "none", "--n-strengths", "3", "--engine", "torch",
    "--over", "learning_rate=1e-4..1e-2",
)  # fmt: skip


@pytest.fixture(scope="module")
def sweep(photos, shared_cache, small_run, tmp_path_factory):
    """Sweeps the pictures here, with quick options and others."""

    def run(source=photos, **settings):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(CACHE_VARIABLE, str(shared_cache))
            runs = tmp_path_factory.mktemp("sweeps")
            return regraft.sweep(source, **{"runs": runs, "backbone": str(small_run), **QUICK, **settings})

    return run


@pytest.fixture(scope="module")
def swept(sweep):
    """A finished sweep of the pictures."""
    return sweep(trials=3)


@pytest.fixture
def start(photos, small_run, shared_cache, nursery, tmp_path):
    """Starts sweeps in processes of their own; none survives the test."""
    children = []

    def begin(*arguments, runs="runs"):
        environment = {**os.environ, CACHE_VARIABLE: str(shared_cache), "COLUMNS": "200"}
        command = ["-m", "regraft", "sweep", photos, "--backbone", small_run, *SLOWER, "--runs", tmp_path / runs]
        children.append(nursery.start([*command, *arguments], env=environment))
        return children[-1]

    yield begin
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate()


def read(folder):
    """All trials of a sweep's run, without their times."""
    search = Sweep.model_validate_json((folder / "sweep.json").read_text(encoding="utf-8"))
    return [trial.model_copy(update={"seconds": 0.0}) for trial in search.trials]


def wait_for(condition, child):
    """Until it is true; the child must live so long."""
    limit = time.monotonic() + 240
    while not condition():
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < limit
        time.sleep(0.01)


def n_judged(runs):
    """Folds that were judged in the sweep under way."""
    return sum(path.read_text().count('"user_attr":{"fold') for path in runs.glob(f".training-*/{JOURNAL}"))


def test_a_run_folder_holds_everything(swept):
    """Page, trials, record, journal; nothing else is left."""
    files = {"report.html", "sweep.json", "run.json", JOURNAL}
    assert {path.name for path in swept.folder.iterdir()} == files
    assert [path.name for path in swept.folder.parent.iterdir()] == ["photos-sweep"]
    assert sorted(trial.number for trial in swept.search.trials) == [1, 2, 3]
    assert swept.search.default.settings == {"learning_rate": 3e-4, "dropout": 0.2}
    assert (swept.n_train, swept.n_test, swept.search.n_images) == (45, 15, 45)
    assert all(len(trial.accuracies) == 2 for trial in swept.search.trials)
    assert "optuna" in swept.search.versions


def test_the_command_of_the_best_is_a_training(swept, command, photos, tmp_path):
    """It runs as it stands, with the values of the best trial."""
    words = shlex.split(swept.command)
    assert words[:3] == ["regraft", "finetune", str(photos)]
    command(*words[1:], "--runs", tmp_path / "runs")
    options = json.loads((tmp_path / "runs" / "photos-finetune" / "run.json").read_text())["options"]
    assert {name: options[name] for name in swept.best.settings} == swept.best.settings
    assert (options["from_stage"], options["epochs"]) == ("2", 1)


def test_the_test_images_decide_nothing(sweep, photos, tmp_path):
    """With wrong labels and other pictures in the test split every trial is the same."""
    import csv

    paths = sorted(path for path in photos.rglob("*.*") if path.is_file())
    found = []
    for name in ("right", "wrong"):
        rows = []
        for place, path in enumerate(paths):
            is_test = place % 4 == 0
            label, shown = path.parent.name, path
            if is_test and name == "wrong":
                label, shown = ("red" if label == "blue" else "blue"), tmp_path / f"{place}.png"
                shown.write_bytes(paths[-1 - place].read_bytes() + bytes([place]))
            rows.append((shown, label, "test" if is_test else "train"))
        table = tmp_path / f"{name}.csv"
        with table.open("w", newline="") as file:
            csv.writer(file).writerows([("path", "label", "split"), *rows])
        result = sweep(table, trials=2)
        assert (result.n_train, result.n_test) == (45, 15)
        found.append(read(result.folder))
    assert found[0] == found[1]


def test_kill_and_ctrl_c_cost_nothing(start, tmp_path):
    """A sweep that was killed, then stopped, gives what one gives that was left alone."""
    arguments = ("--epochs", 4, "--trials", 4, "--judging-folds", 2)
    for n_folds, sent in ((1, signal.SIGKILL), (3, signal.SIGINT), (4, signal.SIGTERM)):
        child = start(*arguments)
        wait_for(lambda n_folds=n_folds: n_judged(tmp_path / "runs") >= n_folds, child)
        child.send_signal(sent)
        _out, errors = child.communicate(timeout=60)
        assert child.returncode in (-sent, 130), errors
        assert sent == signal.SIGKILL or "run the same command again" in errors
    last = start(*arguments)
    out, errors = last.communicate(timeout=240)
    assert last.returncode == 0, errors
    assert "number" in out
    whole = start(*arguments, runs="whole")
    assert whole.wait(240) == 0
    assert read(tmp_path / "runs" / "photos-sweep") == read(tmp_path / "whole" / "photos-sweep")
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["photos-sweep"]


def test_two_processes_share_the_trials(start, tmp_path):
    """The same command twice: each runs some of the trials, together as many as one would; one writes, both tell."""
    both = [start("--epochs", 2, "--trials", 8, "--judging-folds", 2) for _ in range(2)]
    outputs = [child.communicate(timeout=280) for child in both]
    assert [child.returncode for child in both] == [0, 0], outputs
    folder = tmp_path / "runs" / "photos-sweep"
    assert sorted(trial.number for trial in read(folder)) == list(range(1, 9))
    lines = [json.loads(line) for line in (folder / JOURNAL).read_text().splitlines()]
    assert len({line["worker_id"] for line in lines if '"place"' in json.dumps(line)}) == 2
    assert all("Best of 8 trials" in out for out, _errors in outputs)
    assert sum("Another process has written the result." in errors for _out, errors in outputs) == 1
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["photos-sweep"]


def test_jobs_are_processes(start, tmp_path):
    """They end with the command, and the result is whole."""
    child = start("--epochs", 1, "--trials", 4, "--judging-folds", 2, "--jobs", 2)
    out, errors = child.communicate(timeout=280)
    assert child.returncode == 0, errors
    assert "Best of 4 trials" in out
    assert sorted(trial.number for trial in read(tmp_path / "runs" / "photos-sweep")) == list(range(1, 5))


def test_auto_is_decided_once_and_said(sweep):
    """The command of the best names the stage that all trials were trained from."""
    result = sweep(trials=2, from_stage="auto", budget=1e-4, over=("ema=none,0.9",))
    words = shlex.split(result.command)
    assert words[words.index("--from-stage") + 1] == "3"


class Stopped(SilentProgress):
    """Ctrl-C at the first sentence."""

    def say(self, _text):
        """The end."""
        raise KeyboardInterrupt


def test_a_sweep_that_was_stopped_while_it_prepared_is_waited_for_no_more(sweep, tmp_path):
    """Also where its error is kept, as a notebook keeps the last one: the next sweep ends with fewer trials."""
    settings = {"from_stage": "auto", "budget": 1e-4, "over": ("ema=none,0.9",), "runs": tmp_path}
    with pytest.raises(KeyboardInterrupt) as kept:
        sweep(trials=50, progress=Stopped(), **settings)
    assert list(tmp_path.glob(f".training-*/{JOURNAL}")), "it had joined"
    assert len(sweep(trials=2, **settings).search.trials) == 2
    assert kept.tb is not None


def test_a_training_that_cannot_go_on_is_a_failed_trial(sweep, tmp_path):
    """The others go on; where all fail, it is an error."""
    code = tmp_path / "own.py"
    code.write_text("def broken(scores, targets):\n    return (scores * float('nan')).sum()\n")
    result = sweep(trials=6, over=(f"loss=cross-entropy,{code}:broken",))
    failed = [trial for trial in result.search.trials if trial.outcome == "failed"]
    assert failed
    assert all(trial.settings["loss"].endswith("broken") for trial in failed)
    assert "number" in failed[0].note
    with pytest.raises(TrainingError, match="None of 2 trials"):
        sweep(trials=2, loss=f"{code}:broken")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"over": ("optimizer=adamw,adamv",)}, "There is no optimizer called 'adamv'"),
        ({"over": ("loss=cross-entropy,crossentropy",)}, "There is no loss called 'crossentropy'"),
        ({"over": ("seed=1,2",)}, "cannot be varied"),
        ({"patience": 2, "over": ("validation_fraction=0,0.2",)}, "--patience needs images"),
    ],
)
def test_what_makes_no_sense_is_found_out_first(sweep, tmp_path, settings, message):
    """Before the first trial."""
    with pytest.raises(OptionError, match=message):
        sweep(runs=tmp_path, **settings)
    assert not list(tmp_path.glob("photos*"))


def test_torchrun_is_not_for_sweeps(photos, tmp_path, monkeypatch):
    """It is said what is."""
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(OptionError, match="--jobs"):
        regraft.sweep(photos, runs=tmp_path, **QUICK)


def test_without_optuna_the_install_line_is_named(photos, tmp_path, monkeypatch):
    """At once."""
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'regraft\[sweep\]'"):
        regraft.sweep(photos, runs=tmp_path)


def test_the_terminal_shows_five_trials_and_the_command(command, photos, small_run, tmp_path):
    """What was varied on which scale, the best trials, what to think of them, and how to train."""
    varied = (*SLOWER[:-1], "dropout=0,0.5", "epochs=1..2")
    done = command("sweep", photos, "--backbone", small_run, *varied, "--trials", 2, "--judging-folds", 2)
    assert "1 to 2" in done.stdout
    assert "linear, whole numbers" in done.stdout
    assert "its number is too good" in done.stdout
    assert "Train it    regraft finetune" in done.stdout
    assert (tmp_path / "runs" / "photos-sweep" / "report.html").is_file()
    record = json.loads((tmp_path / "runs" / "photos-sweep" / "sweep.json").read_text())
    assert "--over dropout=0,0.5 epochs=1..2" in record["reproduce"]
