"""What a look counts in pixels, by compiled loops and without."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.images import pixel_counts
from regraft.images.pixel_counts import count_pixels


@pytest.mark.skipif(pixel_counts.compiled is None, reason="the compiled loops were not built")
@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (2, 5), (5, 2), (3, 3), (4, 4096), (33, 35), (34, 3), (224, 224)]
)
def test_both_ways_count_the_same(height, width, monkeypatch):
    """To the last bit, whatever the size: a cache does not depend on a compiler."""
    rng = np.random.default_rng(height * width)
    for high in (1, 3, 256):
        shown = rng.integers(0, high, (height, width, 3)).astype(np.uint8) * (255 // max(high - 1, 1))
        small = rng.integers(0, high, (32, 32, 3)).astype(np.uint8)
        levels, colours, luminance = count_pixels(shown, small, border=2)
        monkeypatch.setattr(pixel_counts, "compiled", None)
        other_levels, other_colours, other_luminance = count_pixels(shown, small, border=2)
        monkeypatch.undo()
        assert (levels, colours) == (other_levels, other_colours)
        np.testing.assert_array_equal(luminance, other_luminance)


def test_counts_are_those_that_can_be_seen():
    """A white picture with one black row, and a square with a red border."""
    shown = np.full((5, 4, 3), 255, np.uint8)
    shown[2] = 0
    small = np.zeros((4, 4, 3), np.uint8)
    small[[0, -1], :, 0] = small[:, [0, -1], 0] = 200
    levels, colours, luminance = count_pixels(shown, small, border=1)
    assert (levels.n, levels.total, levels.darkest, levels.brightest) == (12, 8 * 255, 0, 255)
    assert levels.brightness == 170
    assert levels.contrast == pytest.approx(255 * (2 / 9) ** 0.5)
    assert levels.sharpness == pytest.approx(np.var([-255, -255, 510, 510, -255, -255]))
    assert (colours.all, colours.inner, colours.saturation) == ((12 * 200, 0, 0), (0, 0, 0), 12 * 200)
    assert luminance[0, 0] == round(0.299 * 200)


@pytest.mark.skipif(pixel_counts.compiled is None, reason="the compiled loops were not built")
@pytest.mark.parametrize(
    "change", [{0: bytes(11)}, {1: 0}, {1: 10**6}, {3: b"\0\0\0"}, {3: np.int32([7])}, {5: 9}, {6: -1}]
)
def test_sizes_that_do_not_fit_are_refused(change):
    """No byte outside of the buffers is touched, whoever calls."""
    given = [bytes(12), 2, 2, np.zeros(1, np.int32), bytes(48), 4, 1, bytearray(16)]
    pixel_counts.compiled(*given)
    for place, value in change.items():
        given[place] = value
    with pytest.raises(ValueError, match="do not fit"):
        pixel_counts.compiled(*given)
