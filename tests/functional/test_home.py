"""`~` in every argument and option of every verb: the home folder is found, and no folder called "~" is made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from regraft.cli.application import VERBS, run
from regraft.core import CACHE_VARIABLE

pytestmark = pytest.mark.slow

SMALL = ("--backbone", "lenet", "--layer", "penultimate", "--n-strengths", "2", "--n-folds", "2")
SHORT = ("--backbone", "lenet", "--epochs", "1", "--augmentation", "none", "--engine", "torch")
LINES = {
    "scan": ["scan ~/photos"],
    "audit": [
        f"audit ~/photos --runs=~/runs --name a --decisions ~/out/decisions.csv {' '.join(SMALL)}",
        f"audit ~/photos --apply=~/out/decisions.csv --out ~/out/cleaned.csv {' '.join(SMALL)}",
        "audit ~/out/cleaned.csv --undo --out=~/out/back.csv",
    ],
    "curve": [f"curve ~/photos --runs ~/runs --name curve --repeats 1 {' '.join(SMALL)}"],
    "probe": [f"probe ~/photos --runs=~/runs --name p {' '.join(SMALL)}"],
    "pretrain": [f"pretrain ~/photos --runs=~/runs --name net {' '.join(SHORT)}"],
    "finetune": [
        "finetune ~/photos --backbone ~/runs/net --runs ~/runs --name tuned --epochs 1 --augmentation none "
        "--engine torch"
    ],
    "train": ["train ~/photos --backbone lenet --layer penultimate --runs ~/runs"],
    "sweep": ["sweep ~/photos --backbone ~/runs/net --runs ~/runs --over nothing=1,2"],
    "compare": ["compare ~/photos --backbones lenet ~/runs/net --runs=~/runs --name c --n-strengths 2 --heads softmax"],
    "evaluate": ["evaluate ~/runs/p ~/photos --runs=~/runs --name e"],
    "predict": ["predict ~/runs/p ~/photos/red ~/photos/blue/00.png --out=~/out/answers.csv"],
    "explain": ["explain ~/runs/p ~/photos/red/00.png --runs=~/runs --name why"],
    "export": ["export ~/runs/p ~/photos/red --to=openvino --out ~/out/exported"],
    "check": ["check ~/runs/p", "check ~/out/exported --against ~/runs/p ~/photos/blue/00.png"],
    "serve": ["serve ~/runs/p again=~/runs/p --check --log=~/out/log.jsonl --port=0"],
    "embed": ["embed ~/photos --backbone=~/runs/p --out=~/out/features.npy", "embed ~/table.csv --out ~/out/t.parquet"],
    "cache": ["cache merge ~/cache"],
    "new": ["new model ~/my_network.py"],
    "datasets": [
        "datasets convert ~/photos --to webdataset --out=~/shards",
        "scan ~/shards/*.tar",
        "datasets get belgium-signs --folder=~/signs --archives=~/nothing",
    ],
    "slim": [
        "slim train_image_classifier --dataset_dir=~/split --train_dir=~/runs/slim --checkpoint_path=~/runs/net "
        "--trainable_scopes=LeNet/fc4 --model_name=lenet",
        "slim eval_image_classifier --dataset_dir=~/split --checkpoint_path=~/runs/slim --eval_dir=~/evals "
        "--dataset_split_name=test",
        "slim export_inference_graph --checkpoint_path=~/runs/slim --output_file=~/exported",
        "slim label_image --graph=~/exported --image=~/photos/red/00.png",
    ],
}
"""Command lines by verb, in an order in which each finds what it needs."""
REFUSED = {"datasets get", "train ", "sweep "}
"""Those that end with an error: they would fetch, or train for long."""
NO_PLACES = {"backbones", "demo", "doctor"}
"""Verbs whose arguments name no place; `runs` of the demo is the probe's."""


@pytest.fixture
def home(photos, tmp_path, monkeypatch):
    """A home with some photos and a table of them; commands run elsewhere."""
    folder, here = tmp_path / "home", tmp_path / "here"
    here.mkdir()
    shutil.copytree(photos, folder / "photos", ignore=shutil.ignore_patterns("1[4-9]*"))
    for split in ("train", "test"):
        shutil.copytree(folder / "photos", folder / "split" / split)
    (folder / "cache" / "features" / "shards").mkdir(parents=True)
    rows = [f"~/{path.relative_to(folder)},{path.parent.name}" for path in sorted(folder.glob("photos/*/*"))]
    (folder / "table.csv").write_text("\n".join(["path,label", *rows]))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.chdir(here)
    return folder


def test_every_verb_is_tried():
    """A new verb has to be entered above."""
    assert set(VERBS) == set(LINES) | NO_PLACES


@pytest.mark.usefixtures("loopback")
def test_the_home_folder_is_found_by_every_verb(home, capsys):
    """Positions and options; the working folder stays empty."""
    for line in (line for lines in LINES.values() for line in lines):
        code = run(line.split())
        said = capsys.readouterr()
        assert (code != 0) == any(line.startswith(one) for one in REFUSED), (line, said.err)
        assert list(Path.cwd().iterdir()) == [], line
    names = {"e", "c", "net", "p", "slim", "tuned", "why"}
    assert {path.name for path in (home / "runs").iterdir()} >= names
    for made in ("out/features.npy", "out/t.parquet", "my_network.py", "shards", "exported", "evals"):
        assert (home / made).exists(), made


@pytest.mark.parametrize(
    "line",
    [
        "scan ~nosuchuser/photos",
        "predict ~nosuchuser/run ~/photos",
        "predict ~/run ~nosuchuser/a.png",
        "check ~nosuchuser/run",
        "evaluate ~nosuchuser/run ~/photos",
        "probe ~/photos --runs=~nosuchuser/runs",
        "probe ~/photos --checkpoint ~nosuchuser/w.safetensors",
        "probe ~/photos --backbone ~nosuchuser/run",
        "embed ~/photos --out=~nosuchuser/f.npy",
        "new model ~nosuchuser/net.py",
        "slim train_image_classifier --dataset_dir=~nosuchuser/photos",
    ],
)
def test_the_home_of_nobody_is_a_sentence(home, capsys, line):
    """A user who is not there is named, and nothing is made."""
    before = sorted(home.rglob("*"))
    assert run(line.split()) == 2
    assert "there is no such user" in capsys.readouterr().err
    assert not list(Path.cwd().glob("~*"))
    assert sorted(home.rglob("*")) == before


def test_a_thing_that_is_called_like_a_home_can_be_named(home, capsys):
    """`./~root` is that file or folder, wherever it stands in the command."""
    (home / "photos").rename("~root")
    assert run(["scan", "./~root"]) == 0
    assert run(["embed", "./~root", "--backbone", "lenet", "--out=./~root.npy"]) == 0
    assert run(["new", "model", "./~/net.py"]) == 0
    assert {path.name for path in Path.cwd().iterdir()} == {"~root", "~root.npy", "~root.txt", "~"}
    capsys.readouterr()


HOMELESS = """
import os, sys
os.setreuid(54321, 0)  # the interpreter may lie where nobody else can read
from regraft.cli.application import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.skipif(not hasattr(os, "setreuid") or os.geteuid() != 0, reason="only root can become somebody unknown")
def test_a_user_without_a_home_needs_none(tmp_path, photos, shared_cache):
    """No HOME and no entry among the users: with a cache and a folder of runs all works; `~` is a sentence."""
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_CACHE_HOME", "USER")}
    environment |= {CACHE_VARIABLE: str(shared_cache)}

    def homeless(*arguments):
        return subprocess.run(
            [sys.executable, "-c", HOMELESS, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            cwd=tmp_path,
            timeout=240,
        )

    done = homeless("embed", photos, "--backbone", "lenet", "--out", "features.npy")
    assert done.returncode == 0, done.stderr
    done = homeless("scan", "~/photos")
    assert (done.returncode, "no HOME is set" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "~").exists()
