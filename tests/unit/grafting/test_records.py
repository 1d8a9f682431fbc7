from __future__ import annotations

import pytest

from regraft.core import BundleError
from regraft.grafting.records import find_training, options_under_way


def test_the_damaged_record_of_another_training_is_passed_over(tmp_path):
    """It stops no training beside it; only who names its folder is told."""
    damaged = tmp_path / ".training-0123456789abcdef"
    damaged.mkdir()
    (damaged / "training.json").write_text("{")
    assert find_training(tmp_path / "run") is None
    assert options_under_way(tmp_path / "run") is None
    with pytest.raises(BundleError, match=r"training.json is damaged"):
        options_under_way(damaged)
