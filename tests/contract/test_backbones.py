from __future__ import annotations

import pytest

from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, keep_weights, load_network, resolve_backbone


def test_the_default_needs_no_network():
    """The first row is the default and its weights come in a package that Regraft depends on."""
    assert next(iter(BACKBONES)) == DEFAULT_BACKBONE
    assert BACKBONES[DEFAULT_BACKBONE].weights.kind == "package"
    assert BACKBONES[DEFAULT_BACKBONE].digest


PRETRAINED = [name for name in BACKBONES if not BACKBONES[name].is_untrained]
SMALL = [name for name in BACKBONES if BACKBONES[name].is_untrained]


@pytest.mark.parametrize("name", PRETRAINED)
def test_every_row_says_what_timm_says(name):
    """Input size, crop, interpolation, normalisation and parameter count are those of timm's own record."""
    import timm
    import torch

    spec = BACKBONES[name]
    record = timm.models.get_pretrained_cfg(spec.architecture)
    assert record.input_size == (3, spec.image_size, spec.image_size)
    assert record.crop_pct == spec.crop_fraction
    assert record.interpolation == spec.interpolation
    assert (tuple(record.mean), tuple(record.std)) == (spec.mean, spec.std)
    with torch.device("meta"):  # parameters are counted, not drawn
        network = timm.create_model(spec.architecture, num_classes=0)
    assert sum(parameter.numel() for parameter in network.parameters()) == spec.n_parameters


@pytest.mark.parametrize("name", PRETRAINED)
def test_every_row_can_be_judged(name):
    """Accuracy, licence and source of the weights are stated."""
    spec = BACKBONES[name]
    assert spec.name == name
    assert 50 < (spec.top1 or 0) < 95
    assert spec.licence
    assert spec.source


@pytest.mark.parametrize("name", SMALL)
def test_every_small_row_is_the_network_that_it_describes(name, tmp_path):
    """Parameters and features; nothing is drawn differently a second time."""
    import torch

    spec = resolve_backbone(name, cache=tmp_path)
    network = load_network(spec, keep_weights(spec, tmp_path / "weights")[0])
    assert sum(parameter.numel() for parameter in network.parameters()) == spec.n_parameters
    planes = torch.zeros(2, spec.n_channels, spec.image_size, spec.image_size)
    assert network(planes).shape == (2, spec.n_features)
    assert resolve_backbone(name, cache=tmp_path / "again").digest == spec.digest
    if spec.n_parameters:
        assert resolve_backbone(name, cache=tmp_path, random_seed=1).digest != spec.digest
