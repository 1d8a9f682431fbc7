"""TF-Slim's table against timm's own record, and its scopes against the networks themselves."""

from __future__ import annotations

import pytest
import timm
import torch

from regraft.backbones import (
    BACKBONES,
    COUNTERPARTS,
    BackboneSpec,
    WeightsSource,
    cut_behind,
    resolve_backbone,
    stage_names,
)
from regraft.core import BackboneError
from regraft.slim.stages import body_scopes
from regraft.slim.zoo import SLIM_NETWORKS

ROWS = [SLIM_NETWORKS[name] for name in SLIM_NETWORKS]
REPLACED = [row for row in ROWS if row.wants is not None]
SAME = [row for row in REPLACED if body_scopes(row.name) and not row.name.startswith(("nasnet", "pnasnet"))]


@pytest.fixture(scope="module")
def pretrained():
    """The names of all weights that timm publishes."""
    return set(timm.list_pretrained())


@pytest.mark.parametrize("row", REPLACED, ids=lambda row: row.name)
def test_a_replacement_wants_what_timm_says(row, pretrained):
    """The weights exist, and size, crop, interpolation and normalisation are those of timm's record."""
    assert row.replacement in pretrained
    record = timm.models.get_pretrained_cfg(row.replacement)
    assert record.input_size == (3, row.wants.image_size, row.wants.image_size)
    assert (record.crop_pct, record.interpolation) == (row.wants.crop_fraction, row.wants.interpolation)
    assert (tuple(record.mean), tuple(record.std)) == (row.wants.mean, row.wants.std)
    assert record.num_classes == 1000


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_consistent(row):
    """Nothing replaces a network of kinship none; only untrained networks of ours have no wanted input."""
    assert (row.kinship == "none") == (row.replacement is None)
    if row.wants is None and row.replacement is not None:
        assert BACKBONES[row.replacement].is_untrained
    assert (row.n_classes == 1000) == row.name.startswith(("vgg", "resnet_v1", "alexnet", "overfeat"))
    assert all(head.startswith(row.scope) for head in row.head_scopes)
    assert all(each.top5 is None or each.top1 < each.top5 for each in (row, *row.checkpoints) if each.top1)


def test_both_tables_have_the_same_networks():
    """What was published of a network and what stands for it here are said of the same names, in the same order."""
    assert list(SLIM_NETWORKS) == list(COUNTERPARTS)


def test_the_checklist_is_complete():
    """Every network that TF-Slim's factory could make of images is there, with its widths and sizes."""
    named = {f"inception_{kind}" for kind in ("v1", "v2", "v3", "v4", "resnet_v2")}
    named |= {f"resnet_v{version}_{depth}" for version in (1, 2) for depth in (50, 101, 152, 200)}
    named |= {"vgg_a", "vgg_16", "vgg_19", "alexnet_v2", "overfeat", "cifarnet", "lenet", "nasnet_cifar"}
    named |= {"mobilenet_v1", "mobilenet_v1_075", "mobilenet_v1_050", "mobilenet_v1_025"}
    named |= {"mobilenet_v2", "mobilenet_v2_140", "mobilenet_v2_035", "mobilenet_edgetpu", "mobilenet_edgetpu_075"}
    named |= {f"mobilenet_v3_{size}{kind}" for size in ("large", "small") for kind in ("", "_minimalistic")}
    named |= {"nasnet_mobile", "nasnet_large", "pnasnet_mobile", "pnasnet_large"}
    assert named <= set(SLIM_NETWORKS)
    first = [SLIM_NETWORKS[name] for name in named if name.startswith("mobilenet_v1")]
    assert sum(1 + len(row.checkpoints) for row in first) == 32
    assert sum(each.is_quantised for row in first for each in row.checkpoints) == 16


def test_a_name_of_tf_slim_is_explained(tmp_path):
    """Whoever asks for a backbone by TF-Slim's name is told what to ask for."""
    with pytest.raises(BackboneError, match=r"TF-Slim's name\. Here --backbone resnet50\.tv_in1k is the same network"):
        resolve_backbone("resnet_v1_50", cache=tmp_path)
    with pytest.raises(BackboneError, match="There is none like it here"):
        resolve_backbone("overfeat", cache=tmp_path)


def modules_of(row):
    """Each body scope of TF-Slim's with the module that it is in timm's network, by the rule of that family."""
    scopes = [scope.removeprefix(f"{row.scope}/") for scope in body_scopes(row.name)]
    if row.name == "inception_v3":
        return {scope: scope for scope in scopes}
    if row.name == "inception_v4":
        return {scope: f"features.{place}" for place, scope in enumerate(scopes)}
    if row.name == "inception_resnet_v2":
        return {scope: scope.lower().removesuffix("_1x1").removesuffix("_3x3") for scope in scopes}
    if row.name.startswith("resnet_v1"):
        return {scope: scope.replace("block", "layer") for scope in scopes}
    if row.name.startswith("resnet_v2"):
        blocks = {f"block{number}": f"stages.{number - 1}" for number in range(1, 5)}
        return blocks | {"conv1": "stem.conv", "postnorm": "norm"}
    return ordered_modules(row, scopes)


def ordered_modules(row, scopes):
    """Where timm numbers what TF-Slim names: the scopes and the modules in their order."""
    with torch.device("meta"):
        network = timm.create_model(row.replacement)
    if row.scope.startswith("vgg"):
        found = [name for name, part in network.named_modules() if isinstance(part, torch.nn.Conv2d)]
        return dict(zip(scopes, found, strict=True))
    parts = [
        f"blocks.{stage}.{number}"
        for stage, blocks in enumerate(network.blocks)
        for number, _block in enumerate(blocks)
    ]
    if row.scope == "MobilenetV1":
        return {scope: "conv_stem" if scope == "Conv2d_0" else parts[int(scope.split("_")[1]) - 1] for scope in scopes}
    ends = ["conv_head"]
    return dict(zip(scopes, ["conv_stem", *parts, *ends], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("row", SAME, ids=lambda row: row.name)
def test_a_scope_is_trained_from_its_stage_on_and_not_from_the_next(row):
    """The part behind the cut holds the scope's module; a cut one stage later would not."""
    with torch.device("meta"):
        network = timm.create_model(row.replacement)
    order = [name for name, _part in network.named_modules()]
    stages = list(stage_names(network).values())
    for scope, module in modules_of(row).items():
        number = body_scopes(row.name)[f"{row.scope}/{scope}"]
        if number > 1:
            assert order.index(stages[number - 2]) < order.index(module)
            assert not module.startswith(f"{stages[number - 2]}.")
        if number < len(stages):
            end = stages[number - 1]
            assert order.index(module) <= order.index(end) or module.startswith(f"{end}."), (scope, module, end)


@pytest.mark.parametrize("name", [pytest.param("inception_v3", marks=pytest.mark.slow), "mobilenet_v2_050"])
def test_the_replacement_can_be_cut_where_the_scopes_say(name):
    """Cut before the last stage, the rest gives the network's features."""
    row = SLIM_NETWORKS[name]
    spec = BackboneSpec(
        name=name,
        architecture=row.replacement,
        weights=WeightsSource(kind="random", location="0"),
        image_size=96,
        crop_fraction=1,
        interpolation="bilinear",
        mean=row.wants.mean,
        std=row.wants.std,
        n_parameters=0,
        n_features=1,
    )
    network = timm.create_model(row.replacement, num_classes=0).eval()
    last = max(body_scopes(name).values())
    _tail, shape = cut_behind(network, f"stage{last - 1}", spec)
    assert len(shape) == 3
