"""The examples run, and show what they say that they show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from regraft.core import CACHE_VARIABLE

EXAMPLES = Path(__file__).parents[2] / "examples"
pytest.importorskip("marimo")


def test_the_lesson_on_traffic_signs_runs(shared_cache, tmp_path):
    """As a script, on drawn signs: the corrections help, transfer helps more, and pictures are there."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / "traffic_signs" / "lesson.py", "--", "--quick", "--out", tmp_path / "lesson"],
        capture_output=True,
        text=True,
        env={**os.environ, CACHE_VARIABLE: str(shared_cache)},
        cwd=tmp_path,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    rights = [float(line.split()[-3]) for line in done.stdout.splitlines()[1:-1]]
    assert rights[4] > rights[0] + 0.08
    assert min(rights[5:]) > rights[0] + 0.08
    names = {path.stem for path in (tmp_path / "lesson").glob("*.png")}
    assert names == {"exploration", "classes", "summary", "predictions"}


def test_pretraining_and_transfer_run(shared_cache, tmp_path, monkeypatch):
    """With few steps: every arm is measured, and the picture is drawn."""
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))
    monkeypatch.setattr(sys, "path", [*sys.path, str(EXAMPLES), str(EXAMPLES / "pretrain_then_transfer")])
    import run

    results = run.compare(tmp_path, (10,), (0,), n_epochs=1, n_steps=10)
    assert set(results) == set(run.ARMS)
    assert all(0 < results[arm]["10"][0] <= 1 for arm in run.ARMS)
    run.draw(results, (10,), tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 10_000
