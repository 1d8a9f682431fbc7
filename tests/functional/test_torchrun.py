"""Several processes that train together: each is given what the first one made."""

from __future__ import annotations

import subprocess
import sys

import pytest

from two_nodes import ended, started

pytestmark = pytest.mark.slow

PROGRAM = """
import os
import sys
from pathlib import Path

import regraft

ALIKE = {"n_strengths": 3, "epochs": 1, "batch_size": 8, "augmentation": "none", "engine": "torch", "runs": "runs"}


def metric(labels, probabilities):
    raise ValueError("no")


if __name__ == "__main__":
    place = Path(os.environ["RANK"])
    place.mkdir()
    grown = regraft.pretrain(sys.argv[1], **ALIKE, backbone="one-hidden", image_size=8)
    (place / "pretrain").write_text(repr(grown))
    climbed = regraft.train(sys.argv[1], **ALIKE, backbone=str(grown.folder), rates=(0.01,), ladder_folds=2)
    (place / "train").write_text(repr(climbed))
    try:
        regraft.finetune(sys.argv[1], **ALIKE, backbone=str(grown.folder), metric=f"{__file__}:metric")
    except regraft.RegraftError as error:
        (place / "error").write_text(repr(error))
"""


def test_all_processes_return_what_the_first_one_made(photos, tmp_path):
    """The same results, of runs that one of them wrote; and the same error, where it has failed."""
    (tmp_path / "program.py").write_text(PROGRAM)
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    subprocess.run([*torchrun, "program.py", photos], cwd=tmp_path, check=True, timeout=240)
    told = [{path.name: path.read_text() for path in (tmp_path / rank).iterdir()} for rank in "01"]
    assert told[0] == told[1]
    assert told[0]["pretrain"].startswith("FinetuneResult(folder=")
    assert told[0]["train"].startswith("TrainResult(folder=")
    assert told[0]["error"].startswith("OptionError(")
    runs = {path.name for path in (tmp_path / "runs").iterdir() if not path.name.startswith(".")}
    assert runs == {"photos-pretrain", "photos-train"}


def test_the_walk_through_of_two_machines(nodes, photos):
    """Both end well; the first one writes the run, and the other one's disk is left alone but for its cache."""
    settings = ["--backbone", "one-hidden", "--image-size", "8", "--epochs", "1", "--batch-size", "8"]
    program = ["-m", "regraft", "pretrain", str(photos), *settings, "--engine", "torch"]
    statuses, said = ended(started(nodes, program))
    assert statuses == [0, 0], said
    assert (nodes[0].folder / "runs" / "photos-pretrain" / "bundle" / "bundle.json").is_file()
    assert not (nodes[1].folder / "runs").exists()
