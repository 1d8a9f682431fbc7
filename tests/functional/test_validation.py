"""Images that the user calls validation images judge; none of them is trained on."""

from __future__ import annotations

import json

import pytest

import regraft
from regraft.core import DataError, OptionError
from regraft.finetuning import read_journal

pytestmark = pytest.mark.slow

TINY = """
from torch import nn

import regraft


@regraft.network_input(image_size=16)
def network():
    return nn.Sequential(nn.AvgPool2d(8), nn.Flatten(), nn.Linear(12, 8))
"""
COUNTS = {"train": 12, "val": 3, "test": 5}


@pytest.fixture
def divide(photos, tmp_path):
    """Lays pictures out below train/, val/ and test/: counts by side, for each class."""

    def laid(counts=None, name="divided", swapped=(), classes=("blue", "green", "red")):
        folder = tmp_path / name
        for place, class_name in enumerate(classes):
            paths = iter(sorted((photos / class_name).iterdir()))
            for side, n_images in (counts or COUNTS).items():
                shown = classes[(place + 1) % len(classes)] if side in swapped else class_name
                (folder / side / shown).mkdir(parents=True, exist_ok=True)
                for _ in range(n_images):
                    path = next(paths)
                    (folder / side / shown / f"{class_name}-{path.name}").write_bytes(path.read_bytes())
        return folder

    return laid


@pytest.fixture
def tiny(tmp_path):
    """Settings of a network that learns colours in no time."""
    (tmp_path / "tiny.py").write_text(TINY)
    return {
        "model": f"{tmp_path / 'tiny.py'}:network",
        "augmentation": "none",
        "epochs": 12,
        "ema": None,
        "learning_rate": 0.03,
        "head_learning_rate": 0.03,
        "engine": "torch",  # to convert it takes longer
    }


def codes(result):
    """The kinds of what was noticed."""
    return {one.code for one in result.findings}


def test_validation_images_judge_the_epochs_and_it_is_said(divide, tiny, command, tmp_path):
    """On the terminal, in the report's findings, facts and table; the option that they replace is named."""
    done = command(
        "pretrain", divide(), "--model", tiny["model"], "--augmentation", "none", "--epochs", "1", "--engine", "torch",
        "--validation-fraction", "0.3", "--runs", tmp_path / "runs",
    )  # fmt: skip
    said = (
        "Your own 9 validation images judge the epochs; none of them is trained on, not at the end either. "
        "--validation-fraction has no effect."
    )
    assert said in " ".join(done.stdout.split())
    assert said in " ".join(done.stderr.split())
    assert "Trained on 36 images, epochs judged on 9, tested on 15" in done.stdout
    report = json.loads((tmp_path / "runs" / "divided-pretrain" / "report.json").read_text(encoding="utf-8"))
    assert any(notice["message"] == said for notice in report["notices"])
    assert {"Training images": 36, "Validation images": 9, "Test images": 15}.items() <= report["data_facts"].items()
    assert report["data_tables"][0]["columns"] == ["class", "train", "validation", "test"]
    assert {tuple(row[1:]) for row in report["data_tables"][0]["rows"]} == {(12, 3, 5)}


def test_what_they_say_decides(divide, tiny, tmp_path):
    """With labels in them that contradict the training images no epoch is better than the start."""
    best = []
    for swapped in ((), ("val",)):
        folder = divide(name=f"swapped {len(swapped)}", swapped=swapped)
        result = regraft.pretrain(folder, runs=tmp_path / "runs", **tiny)
        losses = [entry["validation_loss"] for entry in read_journal(result.folder) if entry["kind"] == "epoch"]
        best.append(losses.index(min(losses)))
        assert any("No epoch had a smaller validation loss than the start" in note for note in result.notes) == (
            best[-1] == 0
        )
        assert codes(result) == {"own_validation", "few_validation"}
    assert best[0] > 0 == best[1]


def test_without_test_images_the_test_comes_out_of_the_training_images(divide, tiny, tmp_path):
    """What judged cannot measure; a probe, which needs no judges, is measured on them; both say so."""
    folder = divide({"train": 12, "val": 7})
    tuned = regraft.finetune(folder, runs=tmp_path / "runs", test_fraction=0.25, **tiny)
    assert (tuned.n_train, tuned.n_validation, tuned.n_test) == (27, 21, 9)
    assert {"own_validation", "test_from_train"} == codes(tuned)
    probed = regraft.probe(folder, runs=tmp_path / "runs", n_strengths=3)
    assert (probed.n_train, probed.n_test) == (36, 21)
    assert codes(probed) == {"validation_is_test"}


def test_a_probe_says_that_it_trains_on_them(divide, tmp_path):
    """Cross-validation chooses its settings, with all images."""
    probed = regraft.probe(divide(), runs=tmp_path / "runs", n_strengths=3)
    assert (probed.n_train, probed.n_test) == (45, 15)
    assert codes(probed) == {"validation_joined"}
    compared = regraft.compare(
        divide(), runs=tmp_path / "runs", backbones=("efficientnet-lite0",), heads=("softmax", "svm"), n_strengths=3
    )
    assert codes(compared) == {"validation_joined"}


def test_the_ladder_is_judged_by_them(divide, command, tmp_path):
    """No folds, on the terminal and in the report; what is kept was trained on the training images."""
    folder = divide({"train": 10, "val": 7, "test": 3})
    done = command(
        "train", folder, "--from-stage", "7", "--augmentation", "none", "--n-strengths", "3", "--epochs", "1",
        "--kept-views", "1", "--rates", "0.0003", "0.001", "--ladder-folds", "4", "--runs", tmp_path / "runs",
    )  # fmt: skip
    assert "judged by validation images" in done.stdout
    assert "fold" not in done.stdout.replace("--ladder-folds", "")
    assert "Your own 21 validation images judge the ladder" in done.stdout
    assert "--ladder-folds has no effect" in done.stdout
    assert "Trained on 30 images, tested on 9" in done.stdout
    report = json.loads((tmp_path / "runs" / "divided-train" / "report.json").read_text(encoding="utf-8"))
    assert report["training"]["verdict"]["n_images"] == 21
    assert [rung["name"] for rung in report["training"]["rungs"]][-2] == "probe"


def test_a_sweep_is_judged_by_them(divide, tiny, tmp_path):
    """Trials and their epochs; the best is trained in the same way by the command at the end."""
    pytest.importorskip("optuna")
    folder = divide({"train": 10, "val": 7, "test": 3})
    tiny |= {"epochs": 1, "runs": tmp_path / "runs"}
    swept = regraft.sweep(folder, trials=2, over=("dropout=0,0.2",), judging_folds=4, **tiny)
    assert (swept.n_train, swept.n_validation, swept.n_test) == (30, 21, 9)
    assert "your own 21 validation images" in swept.search.sentence
    assert all(len(trial.accuracies) == 1 for trial in swept.search.trials)
    assert {"own_validation"} <= codes(swept)
    page = swept.report.read_text(encoding="utf-8")
    assert "of your 21 validation images" in page
    assert "--judging-folds has no effect" in page
    with pytest.raises(OptionError, match="validation_fraction cannot be varied here"):
        regraft.sweep(folder, name="other", over=("validation_fraction=0.1,0.2",), **tiny)


def test_pretraining_and_tables_know_them_too(divide, tiny, tmp_path):
    """A table with a column of splits; patience needs no other images."""
    folder = divide()
    lines = [
        f"{path},{path.parent.name},{path.parent.parent.name}\n"
        for path in sorted(folder.glob("*/*/*"))
        if path.is_file()
    ]
    table = tmp_path / "table.csv"
    table.write_text("path,label,split\n" + "".join(lines))
    tiny |= {"epochs": 2, "patience": 1, "validation_fraction": 0}
    result = regraft.pretrain(table, runs=tmp_path / "runs", **tiny)
    assert (result.n_train, result.n_validation, result.n_test) == (36, 9, 15)


def test_what_is_odd_about_them_is_said(divide, tiny, tmp_path):
    """One image, classes without any, classes without training images, copies of training images."""
    folder = divide({"train": 12, "test": 5}, name="odd")
    (folder / "val" / "red").mkdir(parents=True)
    one = next((folder / "train" / "red").iterdir())
    (folder / "val" / "red" / "copy.png").write_bytes(one.read_bytes())
    result = regraft.pretrain(folder, runs=tmp_path / "runs", **(tiny | {"epochs": 1}))
    assert result.n_validation == 1
    by_code = {one.code: one for one in result.findings}
    assert by_code["few_validation"].message == "With 1 validation image chance decides what is judged the best."
    assert by_code["absent_from_val"].examples == ("blue", "green")
    assert by_code["leaking_duplicates"].n == 1
    one.unlink()
    for path in (folder / "train" / "red").iterdir():
        path.unlink()
    result = regraft.pretrain(folder, runs=tmp_path / "runs", name="two", **(tiny | {"epochs": 1}))
    assert {one.code: one for one in result.findings}["absent_from_train"].examples == ("red",)


def test_without_training_images_there_is_one_way_or_none(divide, tiny, tmp_path):
    """Beside a test they are what can be trained on, with a warning; alone they are an error."""
    folder = divide({"val": 14, "test": 5})
    result = regraft.pretrain(folder, runs=tmp_path / "runs", **(tiny | {"epochs": 1}))
    assert result.n_train + result.n_validation == 42
    assert {one.code: one.severity for one in result.findings}["validation_trained_on"] == "warning"
    with pytest.raises(DataError, match="there is nothing to train on"):
        regraft.pretrain(divide({"val": 14}, name="alone"), runs=tmp_path / "runs", **tiny)
