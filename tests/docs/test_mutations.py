"""The tool that counts what tests catch does not flatter them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MUTATIONS = Path(__file__).parents[2] / "bench" / "mutations.py"
HANGS = "import time; time.sleep(1000 if type(intervals.__loader__).__name__ == 'Loader' else 0)"


@pytest.fixture
def examine(tmp_path):
    """Run the tool on two mistakes of a module, with a test of one line."""

    def run(line):
        test = tmp_path / "test_it.py"
        test.write_text(f"from regraft.evaluation import intervals\n\ndef test_it():\n    {line}\n")
        command = [sys.executable, MUTATIONS, "evaluation/intervals", "--sample", "2", "--tests", test]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)

    return run


@pytest.mark.slow
@pytest.mark.parametrize(("line", "n_caught"), [("pass", 0), (HANGS, 2)], ids=["proves nothing", "hangs"])
def test_what_is_caught_is_counted(examine, line, n_caught):
    """Tests that prove nothing catch nothing, and the mistakes are shown; one that hangs on a mistake has caught it."""
    done = examine(line)
    assert done.returncode == 0, done.stderr
    assert f"{n_caught} of 2 mistakes caught" in done.stdout
    assert done.stdout.count("\n  + ") == 2 - n_caught


@pytest.mark.slow
def test_tests_that_fail_anyway_are_refused(examine):
    """They would catch everything."""
    done = examine("assert not intervals")
    assert done.returncode == 1
    assert "These tests fail as they are" in done.stderr
