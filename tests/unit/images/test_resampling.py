from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from regraft.images import resampling

FILTERS = ["bilinear", "bicubic", "lanczos"]

needs_compiled = pytest.mark.skipif(
    not resampling.HAS_COMPILED_RESAMPLING, reason="regraft was installed without a C compiler"
)


def pixels_of(image):
    """Of either kind of image, grey without a channel axis."""
    return np.asarray(resampling.as_image(image))


@st.composite
def tasks(draw):
    """A picture, a part of it and a size that is less than 6 times smaller."""
    height, width = draw(st.integers(1, 120)), draw(st.integers(1, 120))
    channels = draw(st.sampled_from([1, 3]))
    seed = draw(st.integers(0, 2**32 - 1))
    pixels = np.random.default_rng(seed).choice(np.array([0, 1, 127, 254, 255], np.uint8), (height, width, channels))
    left, right = sorted((draw(st.floats(0, width - 0.5)), draw(st.floats(0.5, width))))
    top, bottom = sorted((draw(st.floats(0, height - 0.5)), draw(st.floats(0.5, height))))
    box = (left, top, max(right, left + 0.1), max(bottom, top + 0.1))
    size = (draw(st.integers(width // 6 + 1, 90)), draw(st.integers(height // 6 + 1, 90)))
    return pixels, size, box


@needs_compiled
@settings(max_examples=300, deadline=None)
@given(task=tasks(), interpolation=st.sampled_from(FILTERS))
def test_the_compiled_loops_give_pillows_pixels(task, interpolation):
    """Every byte is the same, for any part of any picture."""
    pixels, size, box = task
    kernel = resampling._RESAMPLING[interpolation]
    expected = resampling._resample_by_pillow(resampling.as_image(pixels), size, box, kernel)
    np.testing.assert_array_equal(pixels_of(resampling.resample(pixels, size, box, interpolation)), expected)


@pytest.mark.parametrize("interpolation", FILTERS)
def test_it_is_pillows_resize(interpolation, make_photo):
    """One call of Pillow gives the same, but for a grey level where it goes down first."""
    image = Image.fromarray(make_photo(375, 500))
    expected = np.asarray(image.resize((224, 224), resampling._RESAMPLING[interpolation], (86.1, 23.4, 414.5, 351.6)))
    pixels = pixels_of(resampling.resample(image, (224, 224), (86.1, 23.4, 414.5, 351.6), interpolation))
    assert np.abs(pixels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("interpolation", FILTERS)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(190, 170), (170, 190), (300, 280)])
def test_one_side_may_be_much_too_large(interpolation, mode, size, make_photo):
    """It is averaged first, and then all goes across before it goes down, whichever Pillow would do first."""
    image = Image.fromarray(make_photo(size[1], size[0])).convert(mode)
    if mode in {"LA", "RGBA"}:
        image.putalpha(image.convert("L"))
    inner = image.convert({"LA": "La", "RGBA": "RGBa"}.get(mode, mode))
    factors = tuple(max(side // (3 * 30), 1) for side in size)
    small = inner.reduce(factors)
    box = (0, 0, size[0] / factors[0], size[1] / factors[1])
    expected = resampling._resample_by_pillow(small, (30, 30), box, resampling._RESAMPLING[interpolation])
    found = resampling.resample(image, (30, 30), (0.0, 0.0, *map(float, size)), interpolation)
    np.testing.assert_array_equal(pixels_of(found), np.asarray(expected.convert(mode)))


@pytest.mark.parametrize("interpolation", ["nearest", *FILTERS])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(20, 30), (3, 4), (200, 100)])
def test_without_a_compiler_the_pixels_are_the_same(interpolation, mode, size, make_photo, monkeypatch):
    """Whoever installs from source without one gets the same features."""
    image = Image.fromarray(make_photo(90, 110)).convert(mode)
    box = (3.3, 5.0, 101.7, 88.2)
    first = resampling.as_image(resampling.resample(image, size, box, interpolation))
    monkeypatch.setattr(resampling, "compiled", None)
    np.testing.assert_array_equal(pixels_of(resampling.resample(image, size, box, interpolation)), pixels_of(first))
    assert first.mode == mode


@needs_compiled
@pytest.mark.parametrize(
    "wrong",
    [
        {"height": 5},
        {"width": 0},
        {"width": -4},
        {"channels": 2},
        {"channels": 4},
        {"box": (0.0, 0.0, 6.1, 4.0)},
        {"box": (-0.1, 0.0, 6.0, 4.0)},
        {"box": (2.0, 0.0, 2.0, 4.0)},
        {"box": (0.0, float("nan"), 6.0, 4.0)},
        {"box": (0.0, 0.0, float("inf"), 4.0)},
        {"filter": 3},
        {"filter": -1},
        {"out_height": 1 << 21},
        {"out_width": 2},
    ],
    ids=repr,
)
def test_the_compiled_loops_refuse_what_does_not_fit(wrong):
    """No number makes them read or write outside the buffers."""
    sound = {
        "pixels": np.zeros((4, 6, 3), np.uint8), "height": 4, "width": 6, "channels": 3, "box": (0.0, 0.0, 6.0, 4.0),
        "filter": 1, "out": np.zeros((2, 3, 3), np.uint8), "out_height": 2, "out_width": 3,
    }  # fmt: skip
    resampling.compiled(*sound.values())
    with pytest.raises(ValueError, match="do not fit the buffers, or the box is not inside"):
        resampling.compiled(*(sound | wrong).values())


@needs_compiled
def test_the_compiled_loops_write_to_no_read_only_array():
    """A constant array is not a place for results."""
    frozen = np.zeros((2, 3, 3), np.uint8)
    frozen.flags.writeable = False
    with pytest.raises((TypeError, BufferError, ValueError)):
        resampling.compiled(np.zeros((4, 6, 3), np.uint8), 4, 6, 3, (0.0, 0.0, 6.0, 4.0), 1, frozen, 2, 3)
