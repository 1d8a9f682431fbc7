"""What the card says of a classifier is what was done."""

from __future__ import annotations

import pytest

from regraft.backbones import BACKBONES
from regraft.bundle import SCHEMA_VERSION, BundleRecord, EngineRecord, Making, NetworkRecord
from regraft.bundle.card import render_card
from regraft.images import Transform


def card(making, **changes):
    """The card of a classifier that came about in a way."""
    backbone = BACKBONES["efficientnet-lite0"]
    record = BundleRecord(
        schema_version=SCHEMA_VERSION,
        name="run",
        created="2026-01-01T00:00:00+00:00",
        class_names=("ant", "bee"),
        networks=(
            NetworkRecord(
                backbone=backbone.model_copy(update=changes),
                layer="penultimate",
                transform=Transform(height=224, width=224, policy="squash", crop_fraction=0.875),
            ),
        ),
        engine=EngineRecord(engine="openvino", precision="fp32", device="cpu"),
        head={"kind": "softmax"},
        digests={},
        making=making,
    )
    return render_card(record)


@pytest.mark.parametrize(
    ("making", "said", "unsaid"),
    [
        (
            Making(network="fixed", calibration="cross-validation"),
            ("on fixed features of `efficientnet-lite0`", "on the training data by cross-validation"),
            ("trained on",),
        ),
        (
            Making(network="fine-tuned", first_stage="stage5", calibration="validation images", n_calibrated=1234),
            ("trained on from `stage5` on", "calibrated on the 1,234 validation images"),
            ("fixed features", "cross-validation"),
        ),
        (
            Making(network="fine-tuned", calibration="folds", n_calibrated=60),
            ("all of the network was trained on", "on 60 images that each had not seen"),
            ("fixed features", "cross-validation"),
        ),
        (
            Making(network="from scratch", calibration="none"),
            ("trained from drawn weights", "Probabilities are not calibrated"),
            ("fixed features", "cross-validation"),
        ),
        (
            None,
            ("A linear head (softmax) on features of", "calibrated is not recorded"),
            ("fixed features", "cross-validation"),
        ),
    ],
)
def test_the_card_tells_what_was_done(making, said, unsaid):
    """Fixed features, a part trained on, all of it, from scratch, or not known; and what was calibrated on what."""
    text = card(making)
    assert all(words in text for words in said)
    assert not any(words in text for words in unsaid)


def test_a_network_of_ones_own_is_called_so():
    """Whatever was done with it."""
    text = card(Making(network="from scratch", calibration="none"), family="own", name="mine.network")
    code = "a network of its author's own whose code is in `network1/network.py`"
    assert f"`mine.network`, {code}, trained from drawn weights" in text
