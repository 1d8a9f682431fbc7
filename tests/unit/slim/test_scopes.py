"""TF-Slim's scopes, said in the words of this project."""

from __future__ import annotations

import pytest

from regraft.core import BackboneError, OptionError
from regraft.slim.scopes import find_scope, read_scopes
from regraft.slim.zoo import SLIM_NETWORKS


@pytest.mark.parametrize(
    ("name", "scope", "part", "stage"),
    [
        ("inception_v3", "InceptionV3/Logits", "head", None),
        ("inception_v3", "InceptionV3/AuxLogits", "auxiliary head", None),
        ("inception_v3", "InceptionV3", "network", 1),
        ("inception_v3", "InceptionV3/Mixed_7c", "body", 5),
        ("inception_v3", " InceptionV3/Mixed_7a/Branch_0/ ", "body", 5),
        ("resnet_v1_50", "resnet_v1_50/block4/unit_1", "body", 5),
        ("resnet_v1_50", "resnet_v1_50/logits", "head", None),
        ("vgg_16", "vgg_16/fc7", "body", 31),
        ("vgg_16", "vgg_16/conv5", "body", 25),
        ("vgg_16", "vgg_16/conv5/conv5_3/weights", "body", 29),
        ("mobilenet_v1", "MobilenetV1/Conv2d_13_pointwise", "body", 5),
        ("nasnet_large", "final_layer", "head", None),
        ("nasnet_large", "cell_17", "body", 1),
        ("cifarnet", "CifarNet/fc4", "body", 4),
        ("lenet", "LeNet/fc4", "head", None),
    ],
)
def test_a_scope_has_its_meaning(name, scope, part, stage):
    """Classifiers, auxiliary ones, parts of the body at any depth, and the whole network are told apart."""
    meaning = find_scope(name, scope)
    assert (meaning.part, meaning.stage) == (part, stage)


def test_parts_of_a_path_are_compared_whole():
    """A scope does not hold another one that begins with the same letters, as it did in TF-Slim."""
    assert find_scope("mobilenet_v2", "MobilenetV2/expanded_conv_1").stage == 2
    assert find_scope("mobilenet_v2", "MobilenetV2/expanded_conv_16").stage == 7
    trained = read_scopes("mobilenet_v2", ["MobilenetV2/expanded_conv_1"])
    assert "MobilenetV2/expanded_conv_16" in trained.also_trained
    with pytest.raises(BackboneError, match=r"no scope 'InceptionV3/Mixed_7'\. Did you mean .*InceptionV3/Mixed_7"):
        find_scope("inception_v3", "InceptionV3/Mixed_7")


@pytest.mark.parametrize("scope", ["", "/", "resnet_v1_50/blok4", "InceptionV3/Logits"])
def test_an_unknown_scope_is_an_error_with_suggestions(scope):
    """Typos and scopes of other networks are not passed over."""
    with pytest.raises(BackboneError, match=r"resnet_v1_50/block\d"):
        find_scope("resnet_v1_50", scope)


def test_another_network_has_no_such_body():
    """Where only the nearest network is here, its head is found and its body is not guessed."""
    assert find_scope("mobilenet_v1_025", "MobilenetV1/Logits").part == "head"
    with pytest.raises(BackboneError, match="no counterpart in another network"):
        find_scope("mobilenet_v1_025", "MobilenetV1/Conv2d_0")
    with pytest.raises(OptionError, match="Did you mean inception_v"):
        find_scope("inception_v33", "InceptionV3/Logits")


def test_trainable_scopes_become_a_stage():
    """The first named part of the body decides; what lies behind it and was not named is listed."""
    heads = read_scopes("inception_v3", ["InceptionV3/Logits", "InceptionV3/AuxLogits"])
    assert (heads.has_head, heads.from_stage, heads.also_trained) == (True, None, ())
    holes = read_scopes("resnet_v1_50", ["resnet_v1_50/block2", "resnet_v1_50/block4"])
    assert (holes.has_head, holes.from_stage, holes.also_trained) == (False, 3, ("resnet_v1_50/block3",))
    whole = read_scopes("resnet_v1_50", ["resnet_v1_50"])
    assert (whole.has_head, whole.from_stage, whole.also_trained) == (True, 1, ())


@pytest.mark.parametrize("name", SLIM_NETWORKS)
def test_every_head_is_found(name):
    """The head scopes of each row are heads."""
    row = SLIM_NETWORKS[name]
    parts = [find_scope(name, f"{scope}/weights").part for scope in row.head_scopes]
    assert parts == ["head", "auxiliary head"][: len(parts)]
