"""The scripts that give the figures of the documentation run, and `make` knows them all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from regraft.core import CACHE_VARIABLE, has_extra

ROOT = Path(__file__).parents[2]
FOLDERS = ("bench", "docs", "examples")
PAGES = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))])
SCRIPTS = sorted(
    str(path.relative_to(ROOT))
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if "__main__" in path.read_text(encoding="utf-8")
)
UNAVAILABLE = 69
MAY_LACK = (
    {"bench/tensorflow_check.py"}
    | (set() if sys.platform == "linux" and shutil.which("cc") else {"bench/privacy.py"})
    | (set() if shutil.which("h2load") else {"bench/serving.py"})
    | (set() if has_extra("scale") else {"bench/ray_extraction.py"})
)
"""What may need something that no `pip install 'regraft[dev]'` brings: TensorFlow, Linux with a compiler, h2load; Ray,
where it has no wheel."""
ITS_OWN_IMPORTS = ("bench/mutations.py",)
"""What imports Regraft in a way of its own must be the first to do so."""


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_it_runs(script, shared_cache, nursery, tmp_path):
    """With --quick, in an empty folder, and prints numbers; those that need more than Regraft say what to install."""
    command, settings = [ROOT / script, "--quick"], {"cwd": tmp_path, "timeout": 280}
    environment = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
    if script in ITS_OWN_IMPORTS:
        command = [sys.executable, *command]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, **settings)
    else:
        done = nursery.run(command, env=environment, **settings)
    if script in MAY_LACK and done.returncode == UNAVAILABLE:
        assert re.fullmatch(r"This needs .*: .*(pip install|apt install) .*\n", done.stderr)
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d", done.stdout)


@pytest.mark.parametrize("script", SCRIPTS)
def test_its_header_says_how_it_is_run(script):
    """The command, and that it can be quick."""
    header = (ROOT / script).read_text(encoding="utf-8").split('"""')[1]
    assert f"python {script}" in header
    assert "--quick" in header


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_scripts_that_a_page_names_exist(page):
    """Each figure can be made again by the command beside it."""
    for script in re.findall(r"python ((?:bench|docs|examples)/[\w/]+\.py)", page.read_text(encoding="utf-8")):
        assert script in SCRIPTS


def test_make_runs_every_script():
    """The list is found, not typed; figures, pages and mutations each have a target of their own."""
    run = {target: made_by(target) for target in ("bench", "pages", "mutations")}
    assert sorted(script for scripts in run.values() for script in scripts) == SCRIPTS
    assert run["mutations"] == ["bench/mutations.py"]


def made_by(target):
    """The scripts that `make TARGET` runs."""
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    return [script for script in SCRIPTS if script in done.stdout]
