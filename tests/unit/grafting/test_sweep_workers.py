"""Processes that join a sweep."""

from __future__ import annotations

import subprocess
import sys

import pytest

from regraft.grafting import SweepOptions
from regraft.grafting.sweeps.workers import PROGRAM, Order

pytestmark = pytest.mark.slow


def test_whoever_joins_too_late_has_nothing_to_do(tmp_path):
    """The program of a worker takes its order from standard input; without a journal the sweep is over."""
    order = Order(source="photos", options=SweepOptions(jobs=2), journal=tmp_path / "gone.log")
    text = order.exact_json(exclude_unset=True)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=text, capture_output=True, text=True, check=False, timeout=200
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
