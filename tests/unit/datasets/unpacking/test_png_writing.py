"""PNG files that are written without a library of images are what such a library reads."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from regraft.datasets.unpacking.png_writing import encode_png


@given(height=st.integers(1, 40), width=st.integers(1, 40), is_grey=st.booleans(), seed=st.integers(0, 1000))
def test_pillow_reads_the_same_pixels(height, width, is_grey, seed):
    """Whatever the size, grey stays grey, colours stay colours, and no number changes."""
    shape = (height, width) if is_grey else (height, width, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    with Image.open(io.BytesIO(encode_png(pixels))) as image:
        image.verify()  # checksums
    with Image.open(io.BytesIO(encode_png(pixels))) as image:
        assert image.mode == ("L" if is_grey else "RGB")
        np.testing.assert_array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_in_memory_does_not_matter(order):
    """Planes that were turned into pixels are views."""
    pixels = np.arange(96, dtype=np.uint8).reshape(4, 8, 3)
    assert encode_png(np.asarray(pixels, order=order)) == encode_png(pixels)
