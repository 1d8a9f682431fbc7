"""`finetune` and `train` as a user meets them: real commands, signals, bundles that others can use."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time

import pytest

from regraft.core import CACHE_VARIABLE
from regraft.finetuning import read_journal

pytestmark = pytest.mark.slow

QUICK = ("--from-stage", "7", "--epochs", "2", "--kept-views", "1", "--n-strengths", "5")
UNCONVERTED = ("--from-stage", "2", "--kept-views", "1", "--n-strengths", "3", "--engine", "torch")
"""For a small network: to convert it takes longer than the rest."""
QUICKER = (*UNCONVERTED, "--epochs", "2")


@pytest.fixture(scope="module")
def tuned(photos, shared_cache, tmp_path_factory):
    """A finished fine-tuning of the pictures."""
    import regraft

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        runs = tmp_path_factory.mktemp("tuned")
        return regraft.finetune(photos, runs=runs, from_stage="7", epochs=2, kept_views=1, n_strengths=5)


def test_a_run_folder_holds_everything(tuned):
    """Bundle, report, predictions, record with the rates, and the log of each step; nothing else is left."""
    names = {path.name for path in tuned.folder.iterdir()}
    files = {
        "bundle",
        "report.html",
        "report.json",
        "predictions.parquet",
        "run.json",
        "training.parquet",
        "log.jsonl",
        "tensorboard",
    }
    assert names == files
    events = b"".join(path.read_bytes() for path in (tuned.folder / "tensorboard").iterdir())
    assert all(tag in events for tag in (b"augmented", b"step/loss", b"epoch/validation_accuracy"))
    rates = json.loads((tuned.folder / "run.json").read_text())["learning_rates"]
    assert [row["name"] for row in rates[:3:2]] == ["head", "stage7"]
    assert rates[0]["learning_rate"] == pytest.approx(9e-4)
    entries = read_journal(tuned.folder)
    assert [entry["number"] for entry in entries if entry["kind"] == "epoch"] == [0, 1, 2]
    assert [path.name for path in tuned.folder.parent.iterdir()] == [tuned.folder.name]
    card = (tuned.bundle / "card.md").read_text(encoding="utf-8")
    assert "trained on from `stage7` on" in card
    assert f"calibrated on the {tuned.n_validation} validation images" in card
    page = tuned.report.read_text(encoding="utf-8")
    assert "Training" in page
    assert "image/jpeg;base64" in page


def test_its_bundle_is_like_any_other(tuned, photos, command, tmp_path):
    """It is checked, it predicts, it is evaluated."""
    command("check", tuned.folder)
    header, *lines = command("predict", tuned.folder, photos / "red", "--format", "csv").stdout.splitlines()
    assert len(lines) == 20
    place = header.split(",").index("set")
    assert all("red" in line.split(",")[place].split("|") for line in lines)
    command("evaluate", tuned.folder, photos, "--runs", tmp_path / "runs")


def test_it_tells_strangers_by_the_network_that_it_was(tuned, photos, tmp_path):
    """Strangeness is what a probe of the same images measures; without being asked the frozen network is not loaded."""
    import numpy as np

    import regraft

    bundle = shutil.copytree(tuned.bundle, tmp_path / "bundle")
    frozen = regraft.load(bundle, cache=tmp_path / "cache")
    assert [network.read_by for network in frozen.record.networks] == [("head",), ("novelty",)]
    assert [network.backbone.name for network in frozen.record.networks] == [
        "efficientnet-lite0 fine-tuned",
        "efficientnet-lite0",
    ]
    (bundle / "network2" / "weights.safetensors").unlink()
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    [unasked] = frozen.predict([noise], unknown=False).predictions
    assert (unasked.unknown, unasked.set is None) == (None, False)
    with pytest.raises(regraft.RegraftError, match="network2"):
        frozen.predict([noise])
    [asked] = regraft.load(tuned.bundle).predict([noise]).predictions
    assert (asked.unknown, asked.top) == (True, unasked.top)
    for number in range(2):
        (tmp_path / "walls").mkdir(exist_ok=True)
        shutil.copyfile(photos / "red" / "00.png", tmp_path / "walls" / f"{number}.png")
    found = regraft.evaluate(tuned.folder, photos, unknown=str(tmp_path / "walls"), runs=tmp_path / "runs")
    assert found.limits.strangers.found.n == 2
    assert found.limits.measure == "relative Mahalanobis"
    page = tuned.report.read_text(encoding="utf-8")
    assert "What it knows of its limits" in page
    assert "features of the network before it was trained" in page
    assert "on features of `efficientnet-lite0` as it came" in (tuned.bundle / "card.md").read_text("utf-8")


def test_transfer_can_be_chained(tuned, photos, command, tmp_path):
    """A fine-tuned network gives the features of a probe, and the start of another fine-tuning.

    It is said that its head is left out, with its number of classes.
    """
    runs = tmp_path / "runs"
    command("probe", photos, "--backbone", tuned.folder, "--runs", runs, "--n-strengths", "5", "--layer", "penultimate")
    record = json.loads((runs / "photos-probe" / "bundle" / "bundle.json").read_text())
    assert record["networks"][0]["backbone"]["name"] == "efficientnet-lite0 fine-tuned"
    for name in ("blue", "red"):
        shutil.copytree(photos / name, tmp_path / "two" / name)
    done = command("finetune", tmp_path / "two", "--backbone", tuned.folder, "--runs", runs, *QUICK)
    assert "(3 classes) is left out: a new one is fitted for these 2." in done.stdout
    assert "learning rate" in done.stderr, "the rates are shown before the training"


def test_ctrl_c_keeps_the_state_and_the_same_command_goes_on(small_run, photos, nursery, command, tmp_path):
    """Mid-training, with exit code 130, and the end is that of an uninterrupted run."""
    many = (*UNCONVERTED, "--epochs", "10", "--backbone", small_run, "--runs", tmp_path / "runs")
    environment = {**os.environ, "COLUMNS": "100"}
    for sent in (signal.SIGINT, signal.SIGTERM):
        child = nursery.start(["-m", "regraft", "finetune", photos, *many], env=environment)
        n_before = n_lines(tmp_path)
        limit = time.monotonic() + 120
        while n_lines(tmp_path) < n_before + 4 and child.poll() is None:
            assert time.monotonic() < limit
            time.sleep(0.01)
        child.send_signal(sent)
        _out, errors = child.communicate(timeout=60)
        assert child.returncode == 130, errors
        assert "run the same command again" in errors
    done = command("finetune", photos, *many)
    assert "Going on after step" in done.stdout
    whole = command("finetune", photos, *many[:-1], tmp_path / "whole")
    assert "Going on" not in whole.stdout
    digests = [
        json.loads((tmp_path / name / "photos-finetune" / "bundle" / "bundle.json").read_text())["networks"][0][
            "backbone"
        ]["digest"]
        for name in ("runs", "whole")
    ]
    assert digests[0] == digests[1]


def n_lines(folder):
    """Lines of the log of the training under way."""
    return sum(len(path.read_text().splitlines()) for path in folder.glob("runs/.training-*/log.jsonl"))


def test_behind_a_cut_is_learnt_what_the_whole_network_would_learn(photos, tmp_path):
    """From the same views come losses within 1 %, and probabilities within .01.

    Once they go through activations that the engine computed and the store kept as float16, once through the whole
    network in torch, whose other stages hardly learn.
    """
    import regraft

    settings = {"epochs": 2, "precision": "fp32", "clip_norm": None, "n_strengths": 5, "validation_fraction": 0}
    settings["image_size"] = 96
    tail = regraft.finetune(photos, runs=tmp_path / "tail", from_stage="7", kept_views=1, fresh_views="yes", **settings)
    whole = regraft.finetune(photos, runs=tmp_path / "whole", from_stage="1", layer_decay=1e-12, **settings)
    losses, probabilities = [], []
    for result in (tail, whole):
        losses.append([entry["train_loss"] for entry in read_journal(result.folder) if entry["kind"] == "epoch"])
        answers = regraft.predict(regraft.load(result.bundle), [photos], top_k=1).predictions
        probabilities.append([answer.probability for answer in answers])
    assert losses[0] == pytest.approx(losses[1], rel=0.01)
    assert probabilities[0] == pytest.approx(probabilities[1], abs=0.01)


def test_a_log_says_the_plan_once_and_an_epoch_a_line(small_run, photos, command, tmp_path):
    """Standard output and error together: no sentence stands twice; the start and both epochs are there."""
    done = command("finetune", photos, *QUICKER, "--backbone", small_run, "--runs", tmp_path / "runs")
    lines = (done.stderr + done.stdout).splitlines()
    assert sum("Training from stage2 on" in line for line in lines) == 1
    assert "minutes" not in done.stdout + done.stderr
    epochs = [line for line in lines if line.startswith("Training, ")]
    assert [line.partition(":")[0] for line in epochs] == [
        "Training, start",
        "Training, epoch 1 of 2",
        "Training, epoch 2 of 2",
    ]
    assert all("% right" in line for line in epochs)
    assert all("validation loss" in line for line in epochs)


def test_train_shows_its_evidence(small_run, photos, command, tmp_path):
    """A ladder, a verdict, and a classifier that is kept because of it."""
    arguments = ("--backbone", small_run, "--ladder-folds", "2", "--rates", "0.001", "--runs", tmp_path / "runs")
    done = command("train", photos, *QUICKER, *arguments)
    assert "probe" in done.stdout
    for line in (
        "Training 1 of 3 (fold 1 of 2, rate 0.001), epoch 1 of 2: loss",
        "Training 2 of 3 (fold 2 of 2, rate 0.001), epoch 2 of 2: loss",
        "Training 2 of 3 (fold 2 of 2, rate 0.001), on the images left out:",
    ):
        assert line in done.stderr
    assert done.stderr.count("learning rate") == 1, "a table of rates is shown once, not for each training"
    assert ("fine-tuning is worth it" in done.stdout) != ("The probe is kept" in done.stdout)
    page = (tmp_path / "runs" / "photos-train" / "report.html").read_text(encoding="utf-8")
    assert "ladder" in page
    assert "What it knows of its limits" in page
    command("check", tmp_path / "runs" / "photos-train")


def test_what_makes_no_sense_is_a_sentence(photos, command, tmp_path):
    """A stage, an optimizer, a loss that do not exist."""
    for arguments, message, code in (
        (("--from-stage", "9"), "There is no stage '9' to train from", 4),
        (("--from-stage", "7", "--optimizer", "adamv"), "There is no optimizer", 2),
        (("--from-stage", "7", "--loss", "crossentropy"), "There is no loss", 2),
        (("--augmentation", "flop"), "augmentation", 2),
        (("--patience", "2", "--validation-fraction", "0"), "--patience needs images that judge", 2),
    ):
        done = command("finetune", photos, *arguments, "--runs", tmp_path / "runs", "--n-strengths", "5", check=False)
        assert done.returncode == code, done.stderr
        assert message in done.stderr
        assert "Traceback" not in done.stderr


def test_train_has_no_options_that_it_does_not_use(command):
    """It chooses rates itself, and judges by folds."""
    done = command("train", "--help")
    assert all(name not in done.stdout for name in ("--learning-rate", "--patience", "--validation-fraction"))
    assert "--rates" in done.stdout


def test_a_class_with_two_images_does_not_stop_the_ladder(small_run, photos, command, tmp_path):
    """A fold that leaves one class to train on judges nothing, the others do."""
    for name, number in (("red", 6), ("blue", 2)):
        (tmp_path / "few" / name).mkdir(parents=True)
        for path in sorted((photos / name).iterdir())[:number]:
            (tmp_path / "few" / name / path.name).write_bytes(path.read_bytes())
    arguments = ("--backbone", small_run, "--ladder-folds", "2", "--rates", "0.001", "--runs", tmp_path / "runs")
    done = command("train", tmp_path / "few", *QUICKER, *arguments)
    assert "right" in done.stdout


def test_corrected_labels_are_another_training(photos, tmp_path):
    """A stopped training is not taken up when an image has moved to another class."""
    from types import SimpleNamespace

    from regraft.data import read_manifest
    from regraft.grafting import training_folder
    from regraft.recipes import FinetuneOptions

    data = [
        SimpleNamespace(manifest=manifest, digests=[str(row) for row in range(60)], spec=SimpleNamespace(digest="d"))
        for manifest in (read_manifest(photos), read_manifest(photos))
    ]
    assert training_folder(FinetuneOptions(), "photos", data[0]) == training_folder(
        FinetuneOptions(), "photos", data[1]
    )
    data[1].digests[0], data[1].digests[-1] = data[1].digests[-1], data[1].digests[0]
    assert training_folder(FinetuneOptions(), "photos", data[0]) != training_folder(
        FinetuneOptions(), "photos", data[1]
    )
    code = tmp_path / "own.py"
    places = set()
    for text in ("a", "b"):
        code.write_text(text)
        places.add(training_folder(FinetuneOptions(loss=f"{code}:f"), "photos", data[0]))
    assert len(places) == 2
