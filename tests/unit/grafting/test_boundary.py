"""Where a network is cut: what the user names, or as much as the budget allows."""

from __future__ import annotations

import pytest
import torch

from regraft.backbones import BACKBONES
from regraft.backbones.small_networks import lenet
from regraft.core import BackboneError, OptionError
from regraft.grafting.boundary import Choice, find_stage, keeps_statistics
from regraft.recipes import FinetuneOptions

UNTRAINED = BACKBONES["lenet"]
STAGES = {"stage1": "conv1", "stage2": "conv2", "stage3": "fc3"}


@pytest.fixture
def spec():
    """LeNet, as if it had learnt."""
    return UNTRAINED.model_copy(update={"weights": BACKBONES["efficientnet-lite0"].weights})


@pytest.fixture
def choose(spec):
    """The cut that some options mean."""

    def choose(**options):
        network = lenet(spec.image_size, spec.n_channels).eval()
        given = FinetuneOptions(precision="fp32", **options)
        return Choice(network, spec, given, torch.device("cpu"), n_images=100).made()

    return choose


@pytest.mark.parametrize("wanted", ["2", "stage2", "conv2"])
def test_a_stage_has_a_number_a_name_and_a_module(wanted):
    """Each of them means it."""
    assert find_stage(STAGES, wanted, UNTRAINED) == "stage2"


@pytest.mark.parametrize("wanted", ["0", "4", "conv9", ""])
def test_a_stage_that_is_none_is_answered_with_those_that_are(wanted):
    """With the modules that they stand for."""
    with pytest.raises(BackboneError, match=r"has 3: 1 \(conv1\), 2 \(conv2\), 3 \(fc3\)\."):
        find_stage(STAGES, wanted, UNTRAINED)


def test_batch_norm_keeps_what_was_learnt():
    """The statistics of a network that has learnt stay, unless the user says otherwise; an untrained one has none."""
    learnt = BACKBONES["efficientnet-lite0"]
    for batch_norm, kept in (("auto", (True, False)), ("frozen", (True, True)), ("train", (False, False))):
        options = FinetuneOptions(batch_norm=batch_norm)
        assert (keeps_statistics(options, learnt), keeps_statistics(options, UNTRAINED)) == kept


def test_a_network_without_learnt_weights_is_trained_whole():
    """Stages to begin with make no sense there."""
    network = lenet(UNTRAINED.image_size, UNTRAINED.n_channels).eval()

    def made(from_stage):
        options = FinetuneOptions(from_stage=from_stage, precision="fp32")
        return Choice(network, UNTRAINED, options, torch.device("cpu"), n_images=1).made()

    assert (made("auto").cut, made("1").cut) == (None, None)
    with pytest.raises(OptionError, match=r"lenet has no learnt weights: all of it is trained\. Leave --from-stage"):
        made("2")


def test_the_cut_is_behind_the_last_stage_that_stays(choose, spec):
    """From the first stage on all is trained, from pixels; later ones are fed with activations."""
    whole, part = choose(from_stage="1"), choose(from_stage="2")
    assert (whole.cut, whole.stage) == (None, "stage1")
    assert whole.shape == (spec.n_channels, spec.image_size, spec.image_size)
    assert whole.sentence.startswith("Training the whole network: about ")
    assert (part.cut, part.stage) == ("stage1", "stage2")
    assert part.shape != whole.shape
    assert part.sentence.startswith("Training from stage2 on: about ")


def test_the_budget_decides_how_much_is_trained(choose):
    """All of it where there is time; else what is nearest to the head, which is trained however long it takes."""
    assert choose(from_stage="auto", budget=1e6).cut is None
    last = choose(from_stage="auto", budget=1e-9)
    assert last.stage == "stage3"
    assert last.cut == "stage2"
