"""Images that a user hands over."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageOps

from regraft.core import DataError, OptionError
from regraft.images import Transform, as_images, as_pixels, decode_image

PIXELS = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def encoded(image, kind="PNG", **settings):
    stream = io.BytesIO()
    image.save(stream, kind, **settings)
    return stream.getvalue()


def test_paths_and_pixels_are_taken_in_every_form():
    """A path, an array and a Pillow image are one image; lists, arrays, generators and columns are several."""
    for one in ("a.png", Path("a.png"), b"a.png"):
        assert as_images(one) == [Path("a.png")]
    for several in (["a", "b"], np.array(["a", "b"]), (one for one in "ab"), pd.DataFrame({"x": ["a", "b"]})):
        assert as_images(several) == [Path("a"), Path("b")]
    for given in (PIXELS, Image.fromarray(PIXELS), [PIXELS], PIXELS[None], [Image.fromarray(PIXELS)]):
        np.testing.assert_array_equal(np.asarray(as_images(given)[0]), PIXELS)
        np.testing.assert_array_equal(as_pixels(given)[0], PIXELS)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "I;16", "RGBA", "LA"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_pillow_image_is_seen_as_its_file_is(mode, orientation):
    """Pixel format, opacity and orientation are treated by the rules for files."""
    image = Image.fromarray(PIXELS).convert("L").convert("I;16") if mode == "I;16" else Image.fromarray(PIXELS)
    image = image.convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(image, "TIFF" if mode == "CMYK" else "PNG", exif=exif)
    (found,) = as_pixels(Image.open(io.BytesIO(data)))
    height, width = found.shape[:2]
    np.testing.assert_array_equal(found, decode_image(data, Transform(height=height, width=width, policy="squash")))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("change", [lambda one: one.convert("RGB"), Image.Image.copy, ImageOps.exif_transpose])
def test_what_was_made_of_an_opened_file_is_seen_as_the_file_is(change, kind):
    """It is turned once: as the EXIF says that Pillow hands on, or not again where Pillow has turned it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO(encoded(Image.fromarray(PIXELS), kind, exif=exif))
    np.testing.assert_array_equal(as_pixels(change(Image.open(file))), as_pixels(Image.open(file)))
    assert as_pixels(Image.open(file))[0].shape == (6, 4, 3)


def test_a_damaged_file_behind_a_pillow_image_is_named():
    """Its place in the list is said, and what is wrong; it is looked at when its pixels are wanted."""
    data = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)), "JPEG")
    damaged = Image.open(io.BytesIO(data[: len(data) // 2]))
    assert as_images(["a.png", damaged]) == [Path("a.png"), damaged]
    with pytest.raises(DataError, match="Image 1 cannot be read: the file ends before its image does"):
        as_pixels([PIXELS, damaged])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "An image or folder is a path .* not None"),
        ([1.5], "Item 0 of the list is the float 1.5. An image is a path, a uint8 array"),
        (["a", ""], "An image or folder is a path; this text is empty"),
        (PIXELS.astype(float), "Item 0 of the list is a float64 ndarray"),
    ],
)
def test_what_is_no_image_is_refused(given, message):
    """A sentence says what an image may be."""
    with pytest.raises(OptionError, match=message):
        as_images(given)
