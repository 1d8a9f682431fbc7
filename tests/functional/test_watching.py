"""`evaluate` on trainings that are under way, as a second process sees them."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from regraft.core import CACHE_VARIABLE

pytestmark = pytest.mark.slow

QUICK = ("--from-stage", "1", "--n-strengths", "5", "--engine", "torch")
"""Of a small network, of which nothing is converted."""
LONG = ("--epochs", "4000", "--checkpoint-every", "0.2")


@pytest.fixture
def start(shared_cache, nursery, tmp_path):
    """Begins a command in a process of its own."""
    environment = {**os.environ, CACHE_VARIABLE: str(shared_cache), "COLUMNS": "100"}
    children = []

    def begin(*arguments):
        children.append(nursery.start(["-m", "regraft", *arguments], cwd=tmp_path, env=environment))
        return children[-1]

    yield begin
    for child in children:
        child.kill()


def wait_for(condition, child):
    """Until something holds; the child must not end before."""
    limit = time.monotonic() + 120
    while not condition():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < limit
        time.sleep(0.05)


def stop(child):
    """Ctrl-C, and what it said."""
    child.send_signal(signal.SIGINT)
    return child.communicate(timeout=60)


@pytest.fixture
def start_training(start, photos, small_run):
    """Begins a training of a small network."""
    return lambda *options: start("finetune", photos, "--backbone", small_run, *QUICK, *options, "--runs", "runs")


def test_an_unfinished_training_is_evaluated(photos, start_training, command, tmp_path):
    """By the name of its run: last, averaged and best weights; a wrong wish is a sentence."""
    child = start_training(*LONG, "--ema", "0.9")
    wait_for(lambda: list(tmp_path.glob("runs/.training-*/checkpoints/step-*")), child)
    stop(child)
    for number, weights in enumerate(("auto", "last", "average", "best")):
        options = ("--weights", weights, "--runs", "seen", "--name", str(number))
        done = command("evaluate", "runs/photos-finetune", photos, *options)
        assert "Step " in done.stderr
        assert "on 60 images" in done.stderr
        assert (tmp_path / "seen" / str(number) / "report.html").is_file()
    record = next(tmp_path.glob("runs/.training-*"))
    assert "Step " in command("evaluate", record, photos).stderr
    (record / "training.json").write_text("{")
    assert "training.json is damaged" in command("evaluate", record, photos, check=False).stderr


def test_weights_that_a_training_does_not_have(photos, start_training, command, tmp_path):
    """No average without --ema."""
    child = start_training(*LONG)
    wait_for(lambda: list(tmp_path.glob("runs/.training-*/checkpoints/step-*")), child)
    stop(child)
    done = command("evaluate", "runs/photos-finetune", photos, "--weights", "average", check=False)
    assert done.returncode
    assert "averages no weights (--ema)" in done.stderr


def test_watching_begins_before_the_training_and_ends_with_it(photos, start, start_training, tmp_path):
    """Each checkpoint that is seen is measured once, in order; the report is that of the finished run."""
    watcher = start("evaluate", "runs/photos-finetune", photos, "--watch", "--runs", "watched")
    child = start_training("--epochs", "40", "--checkpoint-every", "0.05")
    _out, errors = child.communicate(timeout=200)
    assert child.returncode == 0, errors
    _out, errors = watcher.communicate(timeout=100)
    assert watcher.returncode == 0, errors
    folder = tmp_path / "watched" / "photos-evaluate"
    lines = (folder / "checkpoints.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    assert steps
    assert steps == sorted(set(steps))
    assert all(f"Step {step:,}: accuracy" in errors for step in steps)
    assert json.loads((folder / "report.json").read_text())["title"].endswith("evaluate")


def test_watching_ends_where_nothing_comes(photos, command):
    """After the minutes that were given, with a sentence."""
    done = command("evaluate", "runs/nothing", photos, "--watch", "--wait", "0.01", check=False)
    assert done.returncode
    assert "No checkpoint of runs/nothing came in 0.01 minutes" in done.stderr
