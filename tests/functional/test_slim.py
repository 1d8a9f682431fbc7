"""TF-Slim's README, line by line: old command lines run with another program's name (docs/from-tf-slim.md)."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import regraft

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "from-tf-slim.md"
BLOCKS = re.findall(r"^```\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
SCRIPT, EXPORT_SCRIPT = BLOCKS[1:3]


@pytest.fixture(scope="module")
def shards(photos, tmp_path_factory):
    """The pictures as TF-Slim's shards: flowers_train_*.tfrecord, flowers_validation_*.tfrecord, labels.txt."""
    folder = tmp_path_factory.mktemp("slim")
    for place, path in enumerate(sorted(photos.glob("*/*"))):
        side = "validation" if place % 4 == 0 else "train"
        copy = folder / "flowers" / side / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    regraft.convert_dataset(folder / "flowers", to="tfrecord", out=folder / "shards")
    assert len(list((folder / "shards").glob("flowers_train_*.tfrecord"))) == 1
    return folder / "shards"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Weights for the network that replaces mobilenet_v1."""
    import timm
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "mobilenet_v1.safetensors"
    save_file(timm.create_model("mobilenetv1_100", num_classes=0).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def small_weights(tmp_path_factory):
    """Weights for a network that is converted in a moment."""
    import torch
    from safetensors.torch import save_file

    from regraft.backbones.small_networks import cifarnet

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "cifarnet.safetensors"
    save_file(cifarnet(32, 3).state_dict(), path)
    return path


@pytest.fixture
def slim(command):
    """Runs one of TF-Slim's programs."""
    return lambda *arguments, **how: command("slim", *arguments, **how)


def test_the_two_stage_script_runs(slim, shards, small_weights, tmp_path):
    """The script on the page, with a small network, few steps, local files; each says what it did."""
    replaced = {
        "checkpoints/inception_v3.ckpt": str(small_weights),
        "inception_v3": "cifarnet",
        ",InceptionV3/AuxLogits": "",
        "InceptionV3/Logits": "CifarNet/logits",
        "dataset_dir=flowers": f"dataset_dir={shards}",
        "steps=1000 ": "steps=4 ",
        "steps=500 ": "steps=3 ",
        "batch_size=32": "batch_size=8",
    }
    script = SCRIPT.replace("\\\n", " ")
    for old, new in replaced.items():
        script = script.replace(old, new)
    download, head, judged, everything, judged_again = (shlex.split(line)[2:] for line in script.splitlines())
    assert "nothing was done" in slim(*download).stdout
    done = slim(*head)
    assert "The same, natively: regraft probe" in done.stdout
    assert "Only the classifier is trained" in done.stdout
    for line in (judged, judged_again):
        if line is judged_again:
            done = slim(*everything)
            assert "The same, natively: regraft finetune" in done.stdout
            assert "--from-stage 1" in done.stdout
        done = slim(*line)
        assert re.search(r"^eval/Accuracy\[[\d.]+\]$", done.stdout, flags=re.MULTILINE)
        assert "eval/Recall_5[1] (5 classes or fewer: it says nothing)" in done.stdout
    models = tmp_path / "models" / "flowers"
    for folder in (models, models / "eval-val", models / "all", models / "all" / "eval-val"):
        assert (folder / "report.html").is_file()


def test_the_same_command_again_does_nothing_and_another_is_refused(slim, shards, weights):
    """What TF-Slim ignored in silence is an error that names the first difference."""
    line = (
        "train_image_classifier", "--train_dir=m", f"--dataset_dir={shards}", "--model_name=mobilenet_v1",
        f"--checkpoint_path={weights}", "--trainable_scopes=MobilenetV1/Logits", "--train_image_size=64",
    )  # fmt: skip
    slim(*line)
    assert "finished already: nothing was done" in slim(*line).stdout
    done = slim(*line[:-1], "--train_image_size=96", check=False)
    assert done.returncode
    assert "other options (first: image_size was 64, is 96)" in done.stderr


def test_a_small_network_learns_from_nothing(slim, shards, tmp_path):
    """As train_cifarnet_on_cifar10.sh did; recall of five is not printed where it says nothing."""
    done = slim(
        "train_image_classifier", "--train_dir=small", f"--dataset_dir={shards}", "--dataset_name=flowers",
        "--model_name=cifarnet", "--preprocessing_name=cifarnet", "--max_number_of_steps=5", "--batch_size=8",
        "--optimizer=sgd", "--learning_rate=0.1", "--learning_rate_decay_factor=0.1", "--num_epochs_per_decay=200",
        "--weight_decay=0.004", "--log_every_n_steps=100", "--save_interval_secs=120",
    )  # fmt: skip
    assert "The same, natively: regraft pretrain" in done.stdout
    assert "--schedule step" in done.stdout
    assert (tmp_path / "small" / "bundle").is_dir()
    assert "validation images judge the epochs" in done.stdout
    (tmp_path / "flags").write_text(
        f"--train_dir=small\n--dataset_dir={shards}\n--dataset_name=flowers\n--model_name=cifarnet\n"
        "--preprocessing_name=cifarnet\n--batch_size=8\n--optimizer=sgd\n--learning_rate=0.1\n"
        "--learning_rate_decay_factor=0.1\n--num_epochs_per_decay=200\n--weight_decay=0.004\n--alsologtostderr\n"
    )
    for steps in (5, 3):
        done = slim("train_image_classifier", "--flagfile=flags", f"--max_number_of_steps={steps}")
        assert "nothing was done" in done.stdout
    done = slim("train_image_classifier", "--flagfile=flags", "--max_number_of_steps=9", check=False)
    assert "was trained for 5 steps" in done.stderr
    assert "--checkpoint_path=small --train_dir=small-more --max_number_of_steps=4" in done.stderr
    done = slim(
        "export_inference_graph", "--input_checkpoint=small/model.ckpt-5", "--output_file=exported", "--image_size=32"
    )  # fmt: skip
    assert "instead of step 5" in done.stdout
    assert "--image_size" not in done.stdout
    line = (f"--dataset_dir={shards}", "--dataset_split_name=validation", "--eval_dir=small")
    done = slim("eval_image_classifier", "--checkpoint_path=small/model.ckpt-2", *line)
    assert "they are used instead of step 2" in done.stdout
    assert "eval/Accuracy[" in done.stdout


def test_data_are_fetched_and_converted_once(slim, tmp_path):
    """Shards under TF-Slim's names, with labels.txt; again does nothing."""
    line = ("download_and_convert_data", "--dataset_name=elpv", "--dataset_dir=solar")
    assert "holds elpv as shards" in slim(*line).stdout
    names = {path.name for path in (tmp_path / "solar").iterdir()}
    assert "labels.txt" in names
    assert any(name.endswith(".tfrecord") for name in names)
    assert "nothing was done" in slim(*line).stdout
    done = slim("download_and_convert_data", "--dataset_name=flours", "--dataset_dir=x", check=False)
    assert done.returncode
    assert "flowers" in done.stderr


def test_what_was_exported_labels_an_image(slim, command, photos, probed, tmp_path):
    """The page's three lines: graph, weights, labels and preprocessing in one folder, and a picture's class from it."""
    picture = str(photos / "red" / "01.jpg")
    script = EXPORT_SCRIPT.replace("models/flowers/all", str(probed.folder)).replace("photo.jpg", picture)
    export, label, classify = (shlex.split(line, comments=True) for line in script.splitlines())
    done = slim(*export[2:])
    folder = tmp_path / "models" / "flowers_inf_graph"
    assert "ONNX is written instead of flowers_inf_graph.pb" in done.stdout
    assert f"regraft export {probed.folder} --out models/flowers_inf_graph" in done.stdout
    assert "efficientnet-lite0 at 224 x 224 pixels" in done.stdout
    assert "0 get another class" in done.stdout
    names = {"any_size.onnx", "classifier.onnx", "classify.py", "labels.txt", "parity.json"}
    assert {path.name for path in folder.iterdir()} == names
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert (folder / "labels.txt").read_text() == "0:blue\n1:green\n2:red\n"
    command("check", folder, "--against", probed.folder)
    done = slim(*label[2:], "--input_mean=0")
    first = done.stdout.splitlines()[0]
    assert re.fullmatch(r"red \(2\): [\d.]+", first)
    done = subprocess.run([sys.executable, *classify[1:]], cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(done.stdout)["label"] == "red"
    assert "is something at models/flowers_inf_graph" in slim(*export[2:], check=False).stderr


def test_an_export_is_proven_on_the_data_that_are_named(slim, shards, probed, tmp_path):
    """Shards, as TF-Slim's --dataset_dir had them; what the classifier knows better is told; labels count on."""
    done = slim(
        "export_inference_graph", f"--input_checkpoint={probed.folder}", "--output_file=exported",
        f"--dataset_dir={shards}", "--image_size=299", "--labels_offset=1", "--write_text_graphdef",
    )  # fmt: skip
    assert "60 images of the data" in done.stdout
    assert "--image_size=299: the classifier was made for 224 x 224 pixels" in done.stdout
    assert "There is no text form of it" in done.stdout
    assert (tmp_path / "exported" / "labels.txt").read_text() == "1:blue\n2:green\n3:red\n"


def test_a_folder_of_classes_is_enough(slim, photos, weights):
    """A data set of one's own needs no descriptor, and no name."""
    done = slim(
        "train_image_classifier", "--train_dir=own", f"--dataset_dir={photos}", "--model_name=mobilenet_v1",
        f"--checkpoint_path={weights}", "--trainable_scopes=MobilenetV1/Logits", "--train_image_size=64",
    )  # fmt: skip
    assert "images it had not seen" in done.stdout


def test_a_training_under_way_is_evaluated(shards, slim, tmp_path, shared_cache, nursery):
    """Its newest checkpoint, by the directory that it will have; with averaged weights."""
    import os

    from regraft.core import CACHE_VARIABLE

    line = (
        "train_image_classifier", "--train_dir=under/way", f"--dataset_dir={shards}", "--model_name=lenet",
        "--max_number_of_steps=100000", "--batch_size=8", "--moving_average_decay=0.9", "--save_interval_secs=0",
    )  # fmt: skip
    environment = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
    child = nursery.start(["-m", "regraft", "slim", *line], cwd=tmp_path, env=environment)
    limit = time.monotonic() + 120
    while not list(tmp_path.glob("under/.training-*/checkpoints/step-*")):
        assert child.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=60) == 130
    done = slim(
        "eval_image_classifier", "--checkpoint_path=under/way", "--eval_dir=under/way", f"--dataset_dir={shards}",
        "--dataset_split_name=validation", "--moving_average_decay=0.9",
    )  # fmt: skip
    assert "eval/Accuracy[" in done.stdout
    assert "Step " in done.stderr
    refused = slim("export_inference_graph", "--checkpoint_path=under/way", "--output_file=x", check=False)
    assert "is not finished" in refused.stderr
    done = slim(
        "eval_image_classifier", "--checkpoint_path=under/way/model.ckpt-99999", f"--dataset_dir={shards}",
        "--dataset_split_name=validation", "--moving_average_decay=0.9", "--eval_dir=elsewhere",
    )  # fmt: skip
    assert "the newest is used instead of step 99,999" in done.stdout
    assert not (tmp_path / "under" / "way").exists()
    assert (tmp_path / "under" / "way-eval" / "eval-val" / "report.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["train_image_classifer"], "Did you mean train_image_classifier"),
        (["freeze_graph"], "is not needed here"),
        (["train_image_classifier", "--dataset_dir=nowhere"], "download_and_convert_data --dataset_name=imagenet"),
        (["train_image_classifier", "--dataset_dir=.", "--model_name=alexnet_v2"], "nothing here replaces it"),
        (["train_image_classifier", "--quantize_delay=100"], "cannot be used here"),
        (["train_image_classifier", "--dataset_dir=.", "--checkpoint_path=none.safetensors"], "there is nothing"),
        (
            ["train_image_classifier", "--dataset_dir=.", "--checkpoint_exclude_scopes=InceptionV3/Mixed_7c"],
            "names parts of the body",
        ),
        (
            ["train_image_classifier", "--dataset_dir=.", "--checkpoint_path=x.ckpt", "--trainable_scopes=I/Logits"],
            "no scope",
        ),
        (["train_image_classifier", "--dataset_dir=.", "--checkpoint_path=nowhere/x.ckpt"], "there is nothing at this"),
        (["train_image_classifier", "--noclone_on_cpu=true"], "--noclone_on_cpu takes no value"),
        (["train_image_classifier", "--flagfile=none"], "there is no such file"),
        (["eval_image_classifier", "--dataset_dir=."], "--checkpoint_path must be given"),
        (["export_inference_graph", "--checkpoint_path=m"], "--output_file must be given"),
        (["export_inference_graph", "--output_file=x"], "without weights"),
        (["export_inference_graph", "--output_file=x", "--checkpoint_path=pretrained"], "--checkpoint_path=TRAIN_DIR"),
        (["export_inference_graph", "--output_file=x", "--checkpoint_path=m/model.ckpt-5"], "there is no run here"),
        (["export_inference_graph", "--output_file=x", "--input_checkpoint=m"], "--input_checkpoint=m: there is no"),
        (["export_inference_graph", "--output_file=x", "--checkpoint_path=a", "--input_checkpoint=b"], "give one"),
        (["export_inference_graph", "--output_file=x", "--labels_offset=-1"], "0 or more"),
        (["export_inference_graph", "--output_file=x", "--is_video_model"], "Regraft classifies images"),
        (["eval_image_classifier", "--dataset_split_name=dev", "--dataset_dir=."], "train, validation and test"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(slim, arguments, why):
    """One line, an exit code, and nothing written."""
    done = slim(*arguments, check=False)
    assert done.returncode
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_model_that_nobody_knows_has_suggestions(slim, photos):
    """A name that is none of TF-Slim's is a native backbone's, if it is one."""
    done = slim("train_image_classifier", f"--dataset_dir={photos}", "--model_name=inception_v9", check=False)
    assert "There is no backbone called 'inception_v9'" in done.stderr
    assert "inception_v3" in done.stderr


def test_help_is_for_each_program(slim):
    """A list of the programs, and the flags of each with what became of them."""
    assert "eval_image_classifier" in slim().stdout
    assert "opt_epsilon (default 1.0) [done better]" in slim("train_image_classifier", "--help").stdout
