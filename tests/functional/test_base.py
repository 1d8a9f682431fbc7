"""Regraft without its extras: what needs one says so, at once and in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from regraft.core import CACHE_VARIABLE, VERB_EXTRAS, MissingExtraError

INSTALL = "which is not installed. Install it with: pip install 'regraft[{}]'"
CALLS = {
    **{verb: (verb, {}) for verb in VERB_EXTRAS},
    "checkpoint": ("probe", {"checkpoint": "weights.pth"}),
    "model": ("embed", {"model": "net.py:network"}),
    "init": ("probe", {"init": "random"}),
    "engine": ("compare", {"engine": "torch"}),
    "device": ("embed", {"device": "mps"}),
}
TRY = """
import json, sys
import regraft
from regraft.slim.commands import run_program

told = {}
for name, (verb, settings) in json.loads(sys.argv[1]).items():
    try:
        getattr(regraft, verb)("nowhere", **settings)
    except regraft.RegraftError as error:
        told[name] = [type(error).__name__, str(error)]
try:
    regraft.ImageFeatures(device="cuda").fit(["nowhere.png"])
except regraft.RegraftError as error:
    told["estimator"] = [type(error).__name__, str(error)]
try:
    run_program("train_image_classifier", ["--train_dir=nowhere"], progress=None, say=print)
except regraft.RegraftError as error:
    told["slim"] = [type(error).__name__, str(error)]
for name in regraft.__all__:
    getattr(regraft, name)  # all that is public is there
told["doctor"] = ["", regraft.doctor().torch]
print(json.dumps(told))
"""
WORK = """
import sys
import regraft

folder = sys.argv[1]
quick = {"runs": "runs", "n_strengths": 2, "n_folds": 2}
verbs = {
    "scan": lambda: regraft.scan(folder),
    "probe": lambda: regraft.probe(folder, name="probed", **quick),
    "predict": lambda: regraft.predict("runs/probed", folder),
    "evaluate": lambda: regraft.evaluate("runs/probed", folder, runs="runs"),
    "check": lambda: regraft.check("runs/probed"),
    "embed": lambda: regraft.embed(folder),
    "compare": lambda: regraft.compare(folder, backbones=["efficientnet-lite0"], heads=["softmax"], **quick),
}
for name, run in verbs.items():
    run()
    print(name, *sorted({"torch", "torchvision", "timm"} & sys.modules.keys()))
"""


@pytest.fixture(scope="module")
def told(base, tmp_path_factory):
    """What each call says of an image folder that is not there: the missing extra comes before that."""
    done = base("-c", TRY, json.dumps(CALLS), cache=tmp_path_factory.mktemp("cache"))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("verb", VERB_EXTRAS)
def test_a_verb_that_trains_says_what_it_needs(told, verb):
    """Before the data set is looked for."""
    extra = VERB_EXTRAS[verb]
    assert told[verb] == ["MissingExtraError", f"The verb {verb} needs the extra {extra}, {INSTALL.format(extra)}"]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("checkpoint", "--checkpoint"),
        ("model", "--model"),
        ("init", "--init random"),
        ("engine", "--engine torch"),
        ("device", "--device mps"),
        ("estimator", "--device cuda"),
    ],
)
def test_an_option_that_needs_torch_says_so(told, name, given):
    """Of probe, compare, embed and the estimators alike."""
    assert told[name] == ["MissingExtraError", f"{given} needs the extra torch, {INSTALL.format('torch')}"]


def test_doctor_says_what_is_not_there(told):
    """Whoever asks what this machine can do learns what it cannot, and how it could."""
    assert "needs the extra torch" in told["doctor"][1]
    assert all(verb in told["doctor"][1] for verb in VERB_EXTRAS)


def test_a_program_of_tf_slim_says_so(told):
    """Before its flags are understood."""
    assert told["slim"] == [
        "MissingExtraError",
        f"train_image_classifier needs the extra torch, {INSTALL.format('torch')}",
    ]


def test_the_command_line_ends_with_a_code_of_its_own(base, tmp_path):
    """One sentence, no traceback."""
    done = base("-m", "regraft", "finetune", "nowhere", cache=tmp_path)
    assert done.returncode == MissingExtraError.exit_code == 8
    assert done.stderr.startswith("regraft: The verb finetune needs the extra torch")
    assert done.stderr.count("\n") == 1


def test_no_verb_imports_torch_without_need(photos, tmp_path):
    """It is installed; on a new machine's empty cache, nothing that the base can do asks for it."""
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path / "cache")}
    command = [sys.executable, "-c", WORK, str(photos)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n") == ["scan", "probe", "predict", "evaluate", "check", "embed", "compare", ""]


@pytest.mark.slow
def test_the_main_job_needs_no_torch(base, photos, tmp_path):
    """All verbs of the base on a new machine; a network that only torch can make is refused before images are read."""
    done = base("-c", WORK, photos, cache=tmp_path / "cache", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lost = base("-m", "regraft", "embed", photos, "--backbone", "resnet50", cache=tmp_path / "cache", cwd=tmp_path)
    assert lost.returncode == MissingExtraError.exit_code
    assert lost.stderr == f"regraft: The backbone resnet50 needs the extra torch, {INSTALL.format('torch')}\n"
