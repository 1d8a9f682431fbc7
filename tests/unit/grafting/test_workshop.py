from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from regraft.grafting.workshop import training_folder
from regraft.recipes import FinetuneOptions, TrainOptions

MANIFEST = SimpleNamespace(
    paths=("a.png", "b.png"), labels=np.array([0, 1]), splits=(None, None), groups=(None, None), class_names=("a", "b")
)
DATA = SimpleNamespace(manifest=MANIFEST, digests=("1", "2"), spec=SimpleNamespace(digest="d"))


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (FinetuneOptions(), "87653c58e4e92de2"),
        (FinetuneOptions(group_by="g", seed=3), "3bea7d9d4d508785"),
        (TrainOptions(), "226bad0889aac5e9"),
        (TrainOptions(group_by="g", seed=3), "cdeac5baf5e80376"),
    ],
)
def test_trainings_of_the_version_before_go_on(options, name):
    """Options that came later, at their defaults, change nothing of where a training lies: it gave these names."""
    assert training_folder(options, "photos", DATA).name == f".training-{name}"


@pytest.mark.parametrize("later", [{"split_folders": "no"}, {"root": "elsewhere"}, {"label_column": "kind"}])
def test_data_that_are_read_otherwise_are_another_training(later):
    """A later option that was given is part of what a training is known by."""
    usual = training_folder(FinetuneOptions(), "photos", DATA)
    assert training_folder(FinetuneOptions(**later), "photos", DATA) != usual
