"""Checkpoints: what goes in comes out, and damage is never returned."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from case_names import named
from damaging import damage
from regraft.core import StoreError
from regraft.finetuning import CheckpointFolder
from regraft.finetuning.state_trees import flatten_state


@pytest.fixture
def tree():
    """One of everything."""
    return {
        "state": {0: {"step": torch.tensor(3.0), "momentum": torch.arange(6.0).view(2, 3)}, 7: {}},
        "betas": (0.9, 0.999),
        "list": [1, 2**130, None, True, "name", float("inf")],
        "half": torch.ones(3, dtype=torch.bfloat16),
        "scores": np.ones((2, 2), np.float32),
    }


def assert_same(left, right):
    """Equal in structure, types and bits."""
    assert type(left) is type(right)
    if isinstance(left, dict):
        assert list(left) == list(right)
        for key in left:
            assert_same(left[key], right[key])
    elif isinstance(left, (list, tuple)):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    elif isinstance(left, torch.Tensor):
        assert left.dtype == right.dtype
        assert torch.equal(left, right)
    else:
        assert np.array_equal(left, right)


def test_a_state_comes_back_bit_for_bit(tree, tmp_path):
    """Also keys that are numbers, tuples, and types that JSON does not know."""
    folder = CheckpointFolder(tmp_path / "checkpoints")
    assert folder.load_latest() is None
    folder.save(12, tree, score=0.5)
    restored = folder.load_latest()
    assert (restored.step, restored.skipped) == (12, ())
    assert_same(restored.tree, tree)


def test_the_last_ones_and_the_best_are_kept(tmp_path):
    """Of ten checkpoints three are left."""
    folder = CheckpointFolder(tmp_path, keep_last=2)
    for step in range(10):
        folder.save(step, {"step": step}, score=-abs(step - 3))
    kept = sorted(int(path.name.split("-")[1]) for path in tmp_path.iterdir())
    assert kept == [3, 8, 9]


def test_damage_is_found_and_the_one_before_is_used(tree, tmp_path):
    """A flipped byte or a cut anywhere in the newest file."""
    folder = CheckpointFolder(tmp_path)
    folder.save(1, tree)
    newest = folder.save(2, tree)
    whole = newest.read_bytes()
    for case in range(100):
        newest.write_bytes(whole)
        damage(newest, np.random.default_rng(case))
        with named(case):
            restored = folder.load_latest()
            assert restored.step == 1
            assert restored.skipped == ("The checkpoint of step 2 is damaged: the one of step 1 is used.",)
            assert_same(restored.tree, tree)


def test_nothing_but_damage_is_an_error(tmp_path):
    """A training must not begin anew in silence."""
    folder = CheckpointFolder(tmp_path)
    folder.save(1, {"a": 1}).write_bytes(b"")
    with pytest.raises(StoreError, match="All checkpoints"):
        folder.load_latest()


def test_what_cannot_be_kept_is_refused():
    """Nothing is pickled in silence."""
    with pytest.raises(TypeError, match="cannot hold a set"):
        flatten_state({"a": {1, 2}})
