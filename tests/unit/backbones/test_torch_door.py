"""What Regraft does before torch is loaded, and leaves alone where torch is only looked for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import importlib.util, os, sys
class Watcher:
    n_asked = 0
    def find_spec(self, name, path=None, target=None):
        self.n_asked += name == "torch"
watcher = Watcher()
sys.meta_path.insert(0, watcher)
import regraft.backbones
for n_asked in (1, 2):
    assert importlib.util.find_spec("torch").origin.endswith("__init__.py")
    assert watcher.n_asked == n_asked
assert "TORCHINDUCTOR_CACHE_DIR" not in os.environ
import torch
assert watcher.n_asked == 3
print(os.environ["TORCHINDUCTOR_CACHE_DIR"])
"""


def test_the_other_finders_are_asked_for_torch_and_only_its_loading_sets_its_folder(tmp_path):
    """A finder of somebody else's sees each question; to look where torch lies changes nothing."""
    environment = {name: value for name, value in os.environ.items() if name != "TORCHINDUCTOR_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "REGRAFT_CACHE": str(tmp_path)},
    )
    assert (done.stderr, done.stdout.strip()) == ("", str(tmp_path / "torch"))
