"""Tensors read from safetensors files without torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from regraft.backbones.tensor_files import load_arrays


@pytest.mark.parametrize(
    "dtype",
    [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int8, torch.uint8, torch.bool],
)
def test_arrays_hold_the_numbers_of_the_tensors(dtype, tmp_path):
    """Of every type that checkpoints are kept in, also of that which NumPy does not know."""
    tensor = torch.arange(-6, 6).reshape(3, 4).to(dtype)
    save_file(
        {"one": tensor / 4 if dtype.is_floating_point else tensor, "none": torch.zeros(0, dtype=dtype)},
        path := tmp_path / "w",
    )
    arrays = load_arrays(path)
    wanted = (tensor / 4 if dtype.is_floating_point else tensor).to(torch.float64).numpy()
    assert np.array_equal(arrays["one"], wanted)
    assert arrays["none"].shape == (0,)
