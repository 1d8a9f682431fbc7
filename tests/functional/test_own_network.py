"""Networks of one's own, from the first file to a classifier that others use; small networks from scratch."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file
from sklearn.datasets import load_digits

import regraft
from regraft.core import CACHE_VARIABLE, BundleError, OptionError

pytestmark = pytest.mark.slow

QUICK = {"epochs": 2, "augmentation": "none", "ema": None, "engine": "torch"}
"""To convert a network takes longer than to train it."""

TWIN = '''"""LeNet, written again by a user."""

from torch import nn

import regraft


def convolution(n_in, n_out):
    return nn.Sequential(nn.Conv2d(n_in, n_out, 5, padding=2), nn.ReLU())


@regraft.network_input(image_size=28, colour="grey", mean=0.5, std=0.5)
def network():
    return nn.Sequential(
        convolution(1, 32),
        nn.MaxPool2d(2),
        convolution(32, 64),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Sequential(nn.Linear(64 * 49, 1024), nn.ReLU()),
    )


def loss(scores, targets):
    return nn.functional.cross_entropy(scores, targets)


def broken_loss(scores, targets):
    return scores.nothing


def groups(trained):
    head = {"name": "head", "params": list(trained.head.parameters()), "learning_rate": 0.01, "weight_decay": 0.0}
    return [head, {"name": "all else", "params": list(trained.body.parameters()), "learning_rate": 0.001}]


def twice(trained):
    return [{"name": "head", "params": 2 * list(trained.head.parameters()), "learning_rate": 0.01}]


def top_two(labels, probabilities):
    return (probabilities.argsort(axis=1)[:, -2:] == labels[:, None]).any(axis=1).mean()


def no_number(labels, probabilities):
    return float("nan")
'''


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """A user's file."""
    path = tmp_path_factory.mktemp("code") / "twin.py"
    path.write_text(TWIN)
    return path


@pytest.fixture(scope="module")
def trained(twin, photos, shared_cache, tmp_path_factory):
    """The user's network, trained, with their own loss, groups and metric."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        own = {name: f"{twin}:{function}" for name, function in OWN.items()} | {"engine": "auto"}
        return regraft.pretrain(photos, runs=tmp_path_factory.mktemp("own"), **(QUICK | own))


OWN = {"model": "network", "loss": "loss", "groups": "groups", "metric": "top_two"}


@pytest.fixture(autouse=True)
def _cache(shared_cache, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))


def test_a_users_twin_is_the_built_in_network_bit_for_bit(twin, photos, tmp_path):
    """Same seed, same weights after training, same probabilities."""
    ours = regraft.pretrain(photos, backbone="lenet", runs=tmp_path, name="ours", **QUICK)
    theirs = regraft.pretrain(photos, model=f"{twin}:network", runs=tmp_path, name="theirs", **QUICK)
    first, second = (load_file(run.bundle / "network1/weights.safetensors") for run in (ours, theirs))
    assert len(first) == len(second) == 6
    for one, two in zip(first.values(), second.values(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert (ours.folder / "predictions.parquet").read_bytes() == (theirs.folder / "predictions.parquet").read_bytes()


def test_own_loss_groups_and_metric_are_used(trained):
    """They are in the record and in the report."""
    rates = json.loads((trained.folder / "run.json").read_text())["learning_rates"]
    assert [(row["name"], row["learning_rate"], row["weight_decay"]) for row in rates] == [
        ("head", 0.01, 0.0),
        ("all else", 0.001, 0.01),
    ]
    own = trained.assessment.own
    assert own.name == "top_two"
    assert own.estimate.low <= own.estimate.value <= own.estimate.high
    assert "top_two" in trained.report.read_text(encoding="utf-8")


def test_a_bundle_with_code_asks_for_trust(trained, photos, command, tmp_path):
    """It predicts, checks, evaluates and is a backbone, but only for those who say that they trust its code."""
    asked = command("predict", trained.folder, photos / "red", check=False)
    assert asked.returncode
    assert "--trust-code" in asked.stderr
    assert "red" in command("predict", trained.folder, photos / "red", "--trust-code").stdout
    asked = command(
        "slim", "export_inference_graph", f"--checkpoint_path={trained.folder}", "--output_file=x", check=False
    )
    assert f"regraft export {trained.folder} --trust-code --out x" in asked.stderr
    command("check", trained.folder, "--trust-code")
    runs = tmp_path / "runs"
    command("evaluate", trained.folder, photos, "--trust-code", "--runs", runs)
    command("probe", photos, "--backbone", trained.folder, "--trust-code", "--runs", runs, "--n-strengths", "5")
    with pytest.raises(BundleError, match="its author's own code"):
        regraft.load(trained.bundle)


@pytest.mark.parametrize("how", ["changed", "swapped", "gone"])
def test_code_that_is_not_the_bundles_is_not_run(trained, tmp_path, how):
    """Trust is for the code that the network was trained with."""
    bundle = shutil.copytree(trained.bundle, tmp_path / "bundle")
    code = bundle / "network1" / "network.py"
    if how == "gone":
        code.unlink()
    else:
        code.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n" + code.read_text())
    if how == "swapped":  # the record names the new file, but not as the network's source
        from regraft.core import digest_file

        record = json.loads((bundle / "bundle.json").read_text())
        record["digests"]["network1/network.py"] = digest_file(code)
        (bundle / "bundle.json").write_text(json.dumps(record))
    with pytest.raises(BundleError):
        regraft.load(bundle, trust_code=True)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "case",
    [
        ("loss", "broken_loss", r"twin.py, line 29: AttributeError"),
        ("groups", "twice", r"in one group only"),
        ("metric", "no_number", r"gave nan, which is no number"),
        ("metric", "nothing", r"has no function called 'nothing'"),
    ],
)
def test_own_functions_that_fail_are_named_with_their_line(twin, photos, tmp_path, case):
    """And no run is left that looks finished."""
    option, function, message = case
    with pytest.raises(regraft.RegraftError, match=message):
        regraft.pretrain(photos, backbone="one-hidden", runs=tmp_path, **QUICK, **{option: f"{twin}:{function}"})
    assert not [path for path in tmp_path.iterdir() if not path.name.startswith(".")]


def test_the_file_to_begin_with_can_be_run_and_trained(photos, command, tmp_path):
    """`regraft new model`, then everything that its comments say."""
    done = command("new", "model", "my_network.py")
    assert "regraft pretrain" in done.stdout
    file = tmp_path / "my_network.py"
    own = [f"--{option}={file}:{option}" for option in ("loss", "groups", "metric")]
    quick = ("--epochs", "1", "--engine", "torch", "--runs", tmp_path / "runs")
    command("pretrain", photos, "--model", f"{file}:network", *own, *quick)
    assert command("new", "model", "my_network.py", check=False).returncode
    with pytest.raises(OptionError, match="no module's name"):
        regraft.new_model(tmp_path / "my-network")


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """Forty handwritten digits of each of three classes (UCI, in scikit-learn)."""
    folder = tmp_path_factory.mktemp("data") / "digits"
    found = load_digits(n_class=3)
    for digit in range(3):
        for number, image in enumerate(found.images[found.target == digit][:40]):
            path = folder / str(digit) / f"{number:02d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((image * 15).astype(np.uint8)).save(path)
    return folder


@pytest.mark.parametrize(("name", "epochs"), [("one-layer", 12), ("one-hidden", 12), ("cifarnet", 4)])
def test_small_networks_learn_from_scratch(digits, tmp_path, name, epochs):
    """Three digits are told apart after some epochs; the run is a backbone."""
    found = regraft.pretrain(digits, backbone=name, runs=tmp_path, **(QUICK | {"epochs": epochs}))
    assert found.assessment.accuracy.value > 0.8
    how = {"n_strengths": 5, "layer": "penultimate", "engine": "torch"}
    probed = regraft.probe(digits, backbone=str(found.folder), runs=tmp_path, **how)
    assert probed.assessment.accuracy.value > 0.8


def test_a_pretrained_architecture_can_begin_from_nothing(photos, tmp_path):
    """--init random trains all of it, with batch norm's own statistics."""
    found = regraft.finetune(photos, init="random", runs=tmp_path, epochs=1, image_size=32, n_strengths=5)
    assert any("whole network" in note for note in found.notes)
    for settings, message in (
        ({"from_stage": "5"}, "all of it is trained"),
        ({"checkpoint": "weights.pth"}, "leave --checkpoint out"),
    ):
        with pytest.raises(OptionError, match=message):
            regraft.finetune(photos, init="random", runs=tmp_path, image_size=32, **settings)
    with pytest.raises(OptionError, match="no learnt weights that a probe could use"):
        regraft.train(photos, init="random", runs=tmp_path, image_size=32)


NARROW = """
from torch import nn

import regraft


@regraft.network_input(image_size=16)
def network():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=8, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(16, 6), nn.BatchNorm1d(6)
    )
"""


@pytest.mark.parametrize("settings", [{"batch_size": 44}, {"batch_size": 11, "accumulate": 2}, {"batch_size": 2}])
def test_a_last_batch_of_one_image_does_not_stop_batch_norm(settings, photos, tmp_path):
    """45 training images leave a rest of one, of which a batch norm of single values has no statistics."""
    (tmp_path / "narrow.py").write_text(NARROW)
    model = f"{tmp_path / 'narrow.py'}:network"
    result = regraft.pretrain(photos, model=model, runs=tmp_path, validation_fraction=0, **QUICK, **settings)
    assert result.n_train == 45
