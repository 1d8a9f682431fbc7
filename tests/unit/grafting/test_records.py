from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from regraft.core import BundleError
from regraft.grafting.records import find_training, options_under_way, training_folder
from regraft.recipes import FinetuneOptions, TrainOptions

MANIFEST = SimpleNamespace(
    paths=("a.png", "b.png"), labels=np.array([0, 1]), splits=(None, None), groups=(None, None), class_names=("a", "b")
)
DATA = SimpleNamespace(manifest=MANIFEST, digests=("1", "2"), spec=SimpleNamespace(digest="d"))


def test_the_damaged_record_of_another_training_is_passed_over(tmp_path):
    """It stops no training beside it; only who names its folder is told."""
    damaged = tmp_path / ".training-0123456789abcdef"
    damaged.mkdir()
    (damaged / "training.json").write_text("{")
    assert find_training(tmp_path / "run") is None
    assert options_under_way(tmp_path / "run") is None
    with pytest.raises(BundleError, match=r"training.json is damaged"):
        options_under_way(damaged)


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
