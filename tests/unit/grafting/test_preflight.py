"""What would end a training is said before any image is read."""

from __future__ import annotations

import pytest

import regraft
from regraft.core import DataError, OptionError, RegraftError
from regraft.recipes import FinetuneOptions, SweepOptions

NETWORK = """
import regraft
from torch import nn

@regraft.network_input(image_size=16)
def network():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=8, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(16, 6), nn.BatchNorm1d(6)
    )
"""


@pytest.fixture
def network(tmp_path):
    """A network of one's own that ends in a batch norm of single values."""
    (tmp_path / "own.py").write_text(NETWORK)
    return f"{tmp_path / 'own.py'}:network"


@pytest.fixture
def damaged(tmp_path):
    """A data set of which no image can be read: who reads one says so."""
    for name in "ab":
        (tmp_path / "damaged" / name).mkdir(parents=True)
        for number in range(4):
            (tmp_path / "damaged" / name / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes([number]))
    return tmp_path / "damaged"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"backbone": "densenet121", "drop_path": 0.1}, "densenet121 has no residual blocks that --drop-path"),
        ({"backbone": "ghostnet_050", "drop_path": 0.1}, "ghostnet_050 has no residual blocks"),
        ({"backbone": "lenet", "drop_path": 0.1}, "lenet has no residual blocks"),
        (
            {"backbone": "resnet10t", "image_size": 32, "batch_size": 1},
            "--batch-size 1 gives the batch norm of resnet10t",
        ),
        ({"optimizer": "adamv"}, "There is no optimizer"),
        ({"loss": "crossentropy"}, "There is no loss"),
        ({"from_stage": "9", "init": "pretrained"}, "There is no stage '9' to train from"),
        ({"backbone": "xcit_nano_12_p8_224", "image_size": 100}, "cannot take images of 100 pixels"),
    ],
)
def test_what_would_end_a_training_is_said_first(settings, why, damaged, tmp_path):
    """Networks without blocks to leave out, sizes, stages, optimizers: no image is looked at before."""
    with pytest.raises(RegraftError, match=why):
        regraft.pretrain(damaged, runs=tmp_path / "runs", **settings)


def test_own_networks_are_looked_at_too(network, damaged, tmp_path):
    """A batch of one for a batch norm of single values; with frozen statistics it can be had."""
    with pytest.raises(OptionError, match="--batch-size 1 gives the batch norm of"):
        regraft.pretrain(damaged, model=network, batch_size=1, runs=tmp_path / "runs")
    with pytest.raises(DataError, match="could be read"):
        regraft.pretrain(damaged, model=network, batch_size=1, batch_norm="frozen", runs=tmp_path / "runs")


@pytest.mark.parametrize("over", ["drop_path=0..0.2", "drop_path=0,0.1"])
def test_what_a_sweep_varies_is_looked_at_too(over, damaged, tmp_path):
    """Not only the first trial's options."""
    pytest.importorskip("optuna")
    with pytest.raises(OptionError, match="has no residual blocks"):
        regraft.sweep(damaged, SweepOptions(backbone="lenet", over=(over,)), runs=tmp_path / "runs")


def test_where_blocks_can_be_left_out_it_goes_on(damaged, tmp_path):
    """The error is that of the images."""
    with pytest.raises(DataError, match="could be read"):
        regraft.finetune(damaged, FinetuneOptions(drop_path=0.1, batch_norm="train"), runs=tmp_path / "runs")


def test_a_ladder_without_learnt_weights_is_refused_first(damaged, tmp_path):
    """Its probe would be on noise; the way is named."""
    with pytest.raises(OptionError, match="lenet has no learnt weights that a probe could use: train it with pretrain"):
        regraft.train(damaged, backbone="lenet", runs=tmp_path / "runs")
