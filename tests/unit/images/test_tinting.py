"""Cells of pictures, coloured."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from regraft.images import encode_strip, tint_cells

GREY = np.full((30, 40, 3), 120, np.uint8)


def test_cells_are_coloured_by_sign_and_strength():
    """Above 0 green and blue win, below red does; nothing is smoothed, and 0 stays grey."""
    shown = tint_cells(GREY, np.array([[2.0, 0.0], [-1.0, 1.0]]), side=60)
    blocks = shown.reshape(2, 30, 2, 30, 3).transpose(0, 2, 1, 3, 4).reshape(4, 900, 3)
    assert all((block == block[0]).all() for block in blocks)
    strong, none, against, weak = blocks[:, 0].astype(int)
    assert strong[0] < weak[0] < 120
    assert none.tolist() == [120, 120, 120]
    assert against[0] > against[1] > against[2]


def test_a_map_of_zeros_is_the_picture():
    """Nothing is divided by nothing."""
    assert (tint_cells(GREY, np.zeros((7, 7)), side=50) == 120).all()


def test_a_strip_holds_pictures_of_any_widths():
    """Beside each other, with a white gap."""
    with Image.open(io.BytesIO(encode_strip([GREY, GREY[:, :10]]))) as strip:
        assert strip.size == (40 + 8 + 10, 30)
        assert strip.getpixel((44, 3)) == (255, 255, 255)
