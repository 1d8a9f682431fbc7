from __future__ import annotations

import pytest
import timm

from regraft.backbones import BACKBONES, DEFAULT_BACKBONE


def test_the_default_needs_no_network():
    """The first row is the default and its weights come in a package that Regraft depends on."""
    assert next(iter(BACKBONES)) == DEFAULT_BACKBONE
    assert BACKBONES[DEFAULT_BACKBONE].weights.kind == "package"
    assert BACKBONES[DEFAULT_BACKBONE].digest


@pytest.mark.parametrize("name", list(BACKBONES))
def test_every_row_says_what_timm_says(name):
    """Input size, crop, interpolation, normalisation and parameter count are those of timm's own record."""
    spec = BACKBONES[name]
    record = timm.models.get_pretrained_cfg(spec.architecture)
    assert record.input_size == (3, spec.image_size, spec.image_size)
    assert record.crop_pct == spec.crop_fraction
    assert record.interpolation == spec.interpolation
    assert (tuple(record.mean), tuple(record.std)) == (spec.mean, spec.std)
    network = timm.create_model(spec.architecture, num_classes=0)
    assert sum(parameter.numel() for parameter in network.parameters()) == spec.n_parameters


@pytest.mark.parametrize("name", list(BACKBONES))
def test_every_row_can_be_judged(name):
    """Accuracy, licence and source of the weights are stated."""
    spec = BACKBONES[name]
    assert spec.name == name
    assert 50 < (spec.top1 or 0) < 95
    assert spec.licence
    assert spec.source
