"""What paths of checkpoints mean."""

from __future__ import annotations

import pytest

from regraft.core import OptionError
from regraft.slim.checkpoint_paths import find_own, place_to_measure
from regraft.slim.flags import parse_flags
from regraft.slim.models import find_model, preprocessing_family
from regraft.slim.starting_weights import weights_settings
from regraft.slim.train_flags import TRAIN_FLAGS
from regraft.slim.training import plan_training


@pytest.fixture
def finished(tmp_path):
    """What a finished run looks like from outside."""
    (tmp_path / "run" / "bundle").mkdir(parents=True)
    (tmp_path / "run" / "bundle" / "bundle.json").write_text("{}")
    return tmp_path / "run"


def test_a_step_of_a_run_of_ours_is_the_run(finished):
    """It is said which weights are used; also by the names of TensorFlow's files."""
    for name in ("model.ckpt-1000", "model.ckpt-1000.index", "model.ckpt-1000.data-00000-of-00001"):
        settings, said = weights_settings(str(finished / name), find_model("mobilenet_v1"))
        assert settings == {"backbone": str(finished)}
        assert "instead of step 1,000" in said[0]
        assert place_to_measure(str(finished / name))[0] == finished
    assert weights_settings(str(finished), find_model("lenet")) == ({"backbone": str(finished)}, [])


@pytest.mark.parametrize("names", [["m.ckpt"], ["model.ckpt-7.index", "model.ckpt-7.meta"], ["checkpoint"]])
def test_tensorflows_files_are_read_as_what_they_are(names, tmp_path):
    """Published weights instead, where there are some; never for a network that has none."""
    for name in names:
        (tmp_path / name).write_text("x")
    path = {"m.ckpt": tmp_path / "m.ckpt", "checkpoint": tmp_path}.get(names[0], tmp_path / "model.ckpt-7")
    settings, said = weights_settings(str(path), find_model("mobilenet_v1"))
    assert settings == {"backbone": find_model("mobilenet_v1").backbone}
    assert "the published weights of" in said[0]
    with pytest.raises(OptionError, match=r"cannot be read; and lenet has no published weights\. Leave"):
        weights_settings(str(path), find_model("lenet"))
    with pytest.raises(OptionError, match="is TensorFlow's and cannot be read"):
        place_to_measure(str(path))


@pytest.mark.parametrize("name", ["x.ckpt", "nowhere/x.ckpt", "nowhere/model.ckpt-9", "model.ckpt-9", "none.pth"])
def test_nothing_is_no_checkpoint(name, tmp_path):
    """An error that says how to have the published weights without a file."""
    path = str(tmp_path / name)
    with pytest.raises(OptionError, match=r"there is nothing at this path\. .*--checkpoint_path=pretrained"):
        weights_settings(path, find_model("mobilenet_v1"))
    with pytest.raises(OptionError, match=r"there is nothing at this path\.$"):
        weights_settings(path, find_model("cifarnet"))
    with pytest.raises(OptionError, match="there is no run here"):
        place_to_measure(path)
    assert find_own(tmp_path / name) is None


def test_published_weights_need_no_file():
    """Where there are some."""
    assert weights_settings("pretrained", find_model("vgg_16")) == ({"backbone": "vgg16.tv_in1k"}, [])
    with pytest.raises(OptionError, match=r"^lenet has no published weights"):
        weights_settings("pretrained", find_model("lenet"))


def planned(tmp_path, *tokens):
    """What a command line means."""
    (tmp_path / "data").mkdir(exist_ok=True)
    given = parse_flags(
        [f"--dataset_dir={tmp_path / 'data'}", f"--train_dir={tmp_path / 'm'}", *tokens], TRAIN_FLAGS, {}
    )
    return plan_training(given)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("inception", "inception"), ("inception_v2", "inception"), ("vgg_16", "vgg"), ("mobilenet_v1", "inception"),
        ("resnet_v1_50", "vgg"), ("resnet_v2_200", "vgg"), ("cifarnet", "cifarnet"), ("lenet", "lenet"),
        ("mobilenet_v3_small_minimalistic", "inception"), ("pnasnet_large", "inception"), ("vgg_a", "vgg"),
    ],
)  # fmt: skip
def test_a_networks_name_is_its_preprocessing(name, family, tmp_path):
    """As in TF-Slim's factory."""
    plan = planned(tmp_path, "--model_name=vgg_16", "--checkpoint_path=pretrained", f"--preprocessing_name={name}")
    assert plan.options.preprocessing == family


@pytest.mark.parametrize("name", ["alexnet_v2", "resnet50", "vgg16", "none"])
def test_other_names_of_preprocessing_are_an_error(name):
    """With those that there are."""
    with pytest.raises(OptionError, match=r"no such preprocessing\. There are inception, vgg, cifarnet, lenet, and"):
        preprocessing_family(name)


def test_scopes_without_weights_are_an_error(tmp_path):
    """What lies before them would be random; the way out depends on the network."""
    scopes = "--trainable_scopes=InceptionV3/Logits"
    with pytest.raises(OptionError, match=r"without --checkpoint_path.*--checkpoint_path=pretrained"):
        planned(tmp_path, "--model_name=inception_v3", scopes)
    with pytest.raises(OptionError, match=r"without --checkpoint_path.*leave the flag out\.$"):
        planned(tmp_path, "--model_name=lenet", "--trainable_scopes=LeNet/fc4")


def test_a_file_that_is_there_is_not_said_to_be_missing(tmp_path):
    """What is no file of tensors is told as that, with the kinds that can be read."""
    (tmp_path / "w.h5").write_bytes(b"x")
    with pytest.raises(OptionError, match=r"w.h5 is no file of tensors that can be read: these end in .*\.safetensors"):
        weights_settings(str(tmp_path / "w.h5"), find_model("mobilenet_v1"))
