from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from regraft.core import OptionError
from regraft.images import Transform, transform_array

CORNERS = {"red": (0, 0), "green": (0, -1), "blue": (-1, 0), "white": (-1, -1)}


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    target=st.tuples(st.integers(1, 64), st.integers(1, 64)),
    policy=st.sampled_from(["squash", "crop", "letterbox"]),
    interpolation=st.sampled_from(["nearest", "bilinear", "bicubic", "lanczos"]),
    fraction=st.floats(0.05, 1),
)
def test_any_shape_becomes_the_wanted_one(shape, target, policy, interpolation, fraction):
    """The result is always (h, w, 3) uint8, contiguous and writable, and a plain colour stays what it is."""
    transform = Transform(
        height=target[0], width=target[1], policy=policy, interpolation=interpolation, crop_fraction=fraction
    )
    pixels = transform_array(np.full((*shape, 3), (128, 128, 128), np.uint8), transform)
    assert pixels.shape == (*target, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable
    assert (pixels == 128).all()


def test_corners_stay_where_they_are():
    """Rows are height and columns width: no policy transposes or mirrors."""
    pixels = np.zeros((30, 60, 3), np.uint8)
    pixels[:15, :30, 0] = pixels[:15, 30:, 1] = pixels[15:, :30, 2] = 255
    pixels[15:, 30:] = 255
    for policy in ("squash", "crop"):
        small = transform_array(pixels, Transform(height=12, width=16, policy=policy))
        seen = [small[spot].tolist() for spot in CORNERS.values()]
        assert seen == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]


def test_an_image_of_the_right_size_is_not_changed(make_photo):
    """Without anything to do, the pixels come back bit for bit."""
    photo = make_photo(32, 48)
    for interpolation in ("nearest", "bilinear", "bicubic", "lanczos"):
        transform = Transform(height=32, width=48, interpolation=interpolation)
        np.testing.assert_array_equal(transform_array(photo, transform), photo)


def test_a_crop_takes_the_middle(make_photo):
    """With a crop of .5 from twice the size, the pixels are the centre's, bit for bit."""
    photo = make_photo(64, 80)
    cropped = transform_array(photo, Transform(height=32, width=32, policy="crop", crop_fraction=0.5))
    np.testing.assert_array_equal(cropped, photo[16:48, 24:56])


def test_averaging_first_is_nearly_the_same(make_photo):
    """The shortcut for images that are much too large changes pixels by less than half a grey level on average."""
    photo = make_photo(1200, 1600)
    fast = transform_array(photo, Transform(height=64, width=64)).astype(int)
    exact = np.asarray(Image.fromarray(photo).resize((64, 64), Image.Resampling.BICUBIC))
    assert np.abs(fast - exact).mean() < 0.5


def test_an_array_is_not_changed_and_need_not_be_contiguous(make_photo):
    """Views, strides and read-only arrays are fine, grey is RGB with equal channels."""
    photo = make_photo(40, 40)
    view = photo[::2, ::-2]
    view.flags.writeable = False
    np.testing.assert_array_equal(transform_array(view, Transform(height=20, width=20)), view)
    grey = transform_array(photo[:, :, 0], Transform(height=40, width=40))
    np.testing.assert_array_equal(grey, np.repeat(photo[:, :, :1], 3, axis=2))


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((4, 4, 3), np.float32), np.zeros((4, 4, 4), np.uint8), np.zeros(4, np.uint8), np.zeros((0, 4), np.uint8)],
    ids=["floats", "four channels", "one dimension", "no rows"],
)
def test_an_array_that_is_no_image_is_an_error(wrong):
    """The message says what came and what is wanted."""
    with pytest.raises(OptionError, match=r"is no image; images are uint8, \(height, width, 3\)"):
        transform_array(wrong, Transform(height=4, width=4))
