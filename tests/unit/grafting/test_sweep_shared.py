"""What a sweep's trials share is found again by later versions."""

from __future__ import annotations

import pytest

from regraft.core import digest_bytes
from regraft.grafting import FinetuneOptions
from regraft.grafting.sweeps.shared import VARIABLE, inputs_name


@pytest.mark.parametrize("settings", [{}, {"from_stage": "6", "kept_views": 2, "dropout": 0.1}])
def test_the_inputs_of_a_sweep_under_way_are_taken_up(settings, monkeypatch):
    """Their folder is called as sweeps always called it; an option that comes later counts where it is set."""
    options = FinetuneOptions(**settings)
    first = repr((options.from_stage, options.augmentation, options.kept_views))
    before = f"inputs-{digest_bytes(first.encode())[:16]}"
    assert inputs_name(options) == before
    monkeypatch.setitem(VARIABLE, "momentum", "inputs")
    assert inputs_name(options) == before
    assert inputs_name(options.model_copy(update={"momentum": 0.5})) != before
