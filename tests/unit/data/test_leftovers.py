from __future__ import annotations

import pytest

from regraft.data.folders import read_folder
from regraft.data.leftovers import is_hidden, leftover_reason, program_reason


@pytest.mark.parametrize(
    "name",
    [
        "lost+found", "System Volume Information", "$RECYCLE.BIN", ".Trash-1000", "@eaDir", "__MACOSX", "Thumbs.db",
        ".ipynb_checkpoints", ".DS_Store", "._1.jpg", "node_modules", "#recycle", ".Trashes", "desktop.ini", "@Recycle",
    ],
)  # fmt: skip
def test_what_systems_leave(name):
    """What systems and programs leave behind is known by its name, in any case, with whose it is."""
    assert leftover_reason(name)
    assert leftover_reason(name.upper())


def test_other_names_are_the_users():
    """A folder's name alone makes it no program's: a class may be called runs. Our own records are nobody's news."""
    assert not any(map(is_hidden, ("runs", "cat", "lost", "found", "trash", "recycle", "wandb", "logs", "1.jpg")))
    assert leftover_reason("source.json") == ""


@pytest.mark.parametrize(
    "files",
    [
        ("bundle.json", "head.safetensors", "card.md"),
        ("run.json", "report.html", "report.json"),
        ("args.yaml", "results.csv", "train_batch0.jpg"),
        ("opt.yaml", "hyp.yaml"),
        ("events.out.tfevents.1700000000.host.1.0",),
        ("hparams.yaml", "metrics.csv"),
        ("wandb-summary.json",),
    ],
)
def test_what_programs_leave(write_files, files):
    """A program's folder is known by what lies in it; its pictures are no class, and that is said."""
    folder = write_files("runs/1.jpg", "dog/1.jpg", "runs/sub/2.jpg")
    assert read_folder(folder).class_names == ("dog", "runs")
    write_files(*(f"runs/exp/{name}" for name in (*files, "3.jpg", "deep/4.jpg")))
    manifest = read_folder(folder)
    assert manifest.paths == ("dog/1.jpg", "runs/1.jpg", "runs/sub/2.jpg")
    (remark,) = [one for one in manifest.remarks if one.code == "leftovers"]
    n_images = 2 + sum(name.endswith(".jpg") for name in files)
    assert remark.examples[0].startswith("runs/exp: a")
    assert remark.message == f"1 file or folder of systems and programs is left out, with {n_images} images."


def test_folders_of_runs():
    """Ultralytics and Weights & Biases are known by what their folders are called together."""
    assert program_reason("runs", ["detect"], [])
    assert program_reason("wandb", ["run-2024_x"], [])
    assert program_reason("runs", ["cat"], []) is program_reason("detect", ["predict"], ["1.jpg"]) is None


def test_a_program_that_logs_where_the_data_are(write_files):
    """A log of TensorBoard in the data set itself, or in a split's folder, takes no images away."""
    event = "events.out.tfevents.1700000000.host"
    folder = write_files(event, f"train/{event}", "train/cat/1.jpg", "train/dog/1.jpg", f"logs/{event}")
    assert read_folder(folder).n_images == 2
