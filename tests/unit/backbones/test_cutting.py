"""Networks cut in two: the parts give what the whole gives, and every parameter belongs to one stage."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import timm
import torch

from regraft.backbones import cut_behind, stage_names, stage_parameters
from regraft.core import BackboneError

NETWORKS = {"test_resnet": 64, "test_vit": 160, "test_efficientnet": 64, "test_convnext": 64, "resnet18": 64}


@pytest.fixture(params=NETWORKS)
def network(request):
    """A small network of each kind, without its classifier, and its record."""
    torch.manual_seed(0)
    made = timm.create_model(request.param)
    made.reset_classifier(0)
    return made.eval(), SimpleNamespace(architecture=request.param, image_size=NETWORKS[request.param], n_channels=3)


def test_the_tail_continues_where_the_stage_ended(network):
    """Behind every stage but the last."""
    whole, spec = network
    before = {name: tensor.clone() for name, tensor in whole.state_dict().items()}
    for stage in list(stage_names(whole))[:-1]:
        tail, shape = cut_behind(whole, stage, spec)
        with torch.no_grad():
            assert (
                tail(torch.zeros(3, *shape)).shape == whole(torch.zeros(3, 3, spec.image_size, spec.image_size)).shape
            )
        assert set(tail.state_dict()) < set(before), "the tail's names are the network's"
    assert all(torch.equal(tensor, before[name]) for name, tensor in whole.state_dict().items())


def test_every_parameter_belongs_to_one_stage(network):
    """Also tokens, stems and what comes behind the last stage."""
    whole, _spec = network
    names = [name for parameters in stage_parameters(whole).values() for name, _parameter in parameters]
    assert sorted(names) == sorted(name for name, _parameter in whole.named_parameters())


def test_an_unknown_stage_is_named(network):
    """The message lists those that there are."""
    whole, spec = network
    with pytest.raises(BackboneError, match=r"There is no stage called 'stage99'. Stages: stage1"):
        cut_behind(whole, "stage99", spec)


def test_efficientnet_has_seven_stages():
    """All parts of its sequence, also those that keep the resolution."""
    assert len(stage_names(timm.create_model("tf_efficientnet_lite0"))) == 7
