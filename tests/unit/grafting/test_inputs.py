"""Which views a training sees: new ones in each epoch where there is something new, and time and room for it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from regraft.grafting import FinetuneOptions
from regraft.grafting.boundary import Boundary
from regraft.grafting.inputs import chosen_augmentation, plan_views
from regraft.images import AUGMENTATIONS

HUGE = (1 << 20, 1 << 10)
"""An activation that no disk holds a thousand of."""


def planned(tmp_path, *, cut="stage1", shape=(4, 7, 7), **options):
    """What is planned for a hundred images."""
    setup = SimpleNamespace(options=FinetuneOptions(**options), rows=np.arange(100), cache=tmp_path / "cache")
    return plan_views(setup, Boundary(cut=cut, stage="stage2", shape=shape, precision="fp32", seconds=0, sentence=""))


@pytest.mark.parametrize(
    "asked",
    [{"cut": None}, {"augmentation": "none"}, {"fresh_views": "no"}, {"augmentation": "flip"}, {"shape": HUGE}],
)
def test_nothing_new_is_computed(asked, tmp_path):
    """Pixels are new anyway; and nothing is where images stay as they are, few views exist, or the disk is full."""
    plan = planned(tmp_path, **asked)
    assert not plan.is_fresh
    assert not plan.sentence


def test_whoever_asks_for_new_views_gets_them(tmp_path):
    """Whatever they take; but not where there are none."""
    plan = planned(tmp_path, fresh_views="yes", shape=HUGE)
    assert plan.is_fresh
    assert plan.sentence == "Each epoch sees new views of the images."
    assert not planned(tmp_path, fresh_views="yes", augmentation="none").is_fresh


def test_a_preprocessing_brings_its_augmentation():
    """Unless the user names one."""
    assert chosen_augmentation(FinetuneOptions()) == AUGMENTATIONS["crop-flip"]
    assert chosen_augmentation(FinetuneOptions(preprocessing="vgg")) == AUGMENTATIONS["vgg"]
    assert chosen_augmentation(FinetuneOptions(preprocessing="vgg", augmentation="flip")) == AUGMENTATIONS["flip"]
