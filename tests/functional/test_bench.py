"""The scripts that give the figures of the documentation run: what nothing runs breaks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"
ELSEWHERE = {"privacy.py", "against.py"}
"""`test_privacy.py` runs the one; the other needs an earlier Regraft."""
QUICK = sorted(path.name for path in BENCH.glob("*.py") if '"--quick"' in path.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*QUICK} - ELSEWHERE))
def test_it_runs(name, shared_cache):
    """In its quick form, to its last line, with numbers."""
    done = subprocess.run(
        [sys.executable, str(BENCH / name), "--quick"],
        capture_output=True,
        text=True,
        env={**os.environ, "REGRAFT_CACHE": str(shared_cache)},
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d", done.stdout.splitlines()[-1])


def test_the_quick_ones_are_there():
    """More may come."""
    assert {"finetuning.py", "roofline.py"} <= set(QUICK)


def test_make_bench_runs_every_script_that_runs_anywhere():
    """All but those that need another Python, with TensorFlow or an earlier Regraft, and those that measure nothing."""
    makefile = (BENCH.parent / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    lists = re.search(r"^bench: setup\n\tfor script in ([\w\s]+);", makefile, re.MULTILINE)
    assert lists is not None
    others = {"tensorflow_check", "against", "readme_table", "photos", "mutations", "mistakes"}
    assert set(lists[1].split()) == {path.stem for path in BENCH.glob("*.py")} - others
