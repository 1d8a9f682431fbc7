"""Regraft without its extras: what its base does without torch, and what Python hears where that is not enough.

What is typed there is in `tests/packaging`, of an installed wheel.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from regraft.core import CACHE_VARIABLE, VERB_EXTRAS

pytestmark = pytest.mark.slow

INSTALL = "which is not installed. Install it with: pip install 'regraft[torch]'"
TRY = """
import json
import regraft

told = {"doctor": regraft.doctor().torch}
calls = {
    "verb": lambda: regraft.finetune("nowhere"),
    "option": lambda: regraft.embed("nowhere", device="mps"),
    "estimator": lambda: regraft.ImageFeatures(device="cuda").fit(["nowhere.png"]),
}
for name, call in calls.items():
    try:
        call()
    except regraft.MissingExtraError as error:
        told[name] = str(error)
for name in regraft.__all__:
    getattr(regraft, name)  # all that is public is there
print(json.dumps(told))
"""
CALLS = {
    "scan": "regraft.scan(photos)",
    "probe": "regraft.probe(photos, **quick)",
    "predict": "regraft.predict(run, photos)",
    "evaluate": "regraft.evaluate(run, photos, runs='runs')",
    "check": "regraft.check(run)",
    "explain": "regraft.explain(run, photos + '/red/00.png', runs='runs')",
    "embed": "regraft.embed(photos)",
    "compare": "regraft.compare(photos, backbones=['efficientnet-lite0'], heads=['softmax'], **quick)",
}
WORK = """
import sys
import regraft

photos, run = sys.argv[1:]
quick = {{"runs": "runs", "n_strengths": 2, "n_folds": 2}}
{}
needless = {{"torch", "torchvision", "timm", "sklearn", "pandas", "rich"}}
needless |= {{"openvino.tools.ovc", "PIL.TiffImagePlugin", "regraft.data.shards.listing"}}
print(*sorted(needless & sys.modules.keys()))
"""


def test_python_is_told_what_is_missing(base, tmp_path):
    """By one error, of a verb, an option, an estimator, before images are looked for; and by `doctor`."""
    done = base("-c", TRY, cache=tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert all(verb in told["doctor"] for verb in VERB_EXTRAS)
    assert told["doctor"].endswith(f"needs the extra torch, {INSTALL}")
    assert told["verb"] == f"The verb finetune needs the extra torch, {INSTALL}"
    assert told["option"] == f"--device mps needs the extra torch, {INSTALL}"
    assert told["estimator"] == f"--device cuda needs the extra torch, {INSTALL}"


@pytest.mark.parametrize("verb", CALLS)
def test_a_verb_imports_nothing_heavy_without_need(probed, photos, tmp_path, verb):
    """In a new process with an empty cache, nothing that the base can do asks for torch, scikit-learn or pandas."""
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path / "cache")}
    command = [sys.executable, "-c", WORK.format(CALLS[verb]), photos, probed.folder]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "\n"


@pytest.mark.parametrize("backbone", ["efficientnet-lite1", "efficientnet-lite2"])
def test_the_larger_lites_need_no_torch(base, photos, tmp_path, backbone):
    """Their weights come with the base."""
    done = base(
        "-m", "regraft", "embed", photos / "red", "--backbone", backbone, cache=tmp_path / "cache", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
