"""What is known of an image after it was decoded, besides its pixels."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from regraft.data import LOOK
from regraft.images import Transform, decode_batches, read_image
from regraft.images.orientation import turn_upright

SEEN = Transform(height=64, width=64)
FACES = ["thumbnail", "colour", "border", "brightness", "contrast", "darkest", "brightest", "saturation"]


@pytest.fixture(scope="module")
def picture():
    """96 x 64 pixels, 16 times too large: left half red, right half blue, a white frame of the border's width."""
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:, :48], pixels[:, 48:] = (200, 10, 10), (10, 10, 200)
    pixels[:4], pixels[-4:], pixels[:, :6], pixels[:, -6:] = 255, 255, 255, 255
    return Image.fromarray(pixels)


def look_of(data, transform=SEEN):
    return read_image(data, transform, looks=True).look


def differences(one, other):
    """The largest differences of what is measured on pixels."""
    return {name: np.abs(one[name].astype(float) - other[name]).max() for name in FACES}


def test_a_look_says_what_an_image_is(picture, encode):
    """Sizes, format, colours within and along the border, levels, by hand."""
    data = encode(picture, "PNG")
    look = look_of(data)
    assert look.dtype == LOOK
    assert look[["width", "height", "n_bytes", "format"]].item() == (96, 64, len(data), b"PNG")
    assert not any(look[name] for name in ("is_grey", "has_opacity", "is_uncovered", "has_place"))
    assert (look["orientation"], look["camera"], look["software"], look["taken"]) == (1, b"", b"", b"")
    np.testing.assert_allclose(look["border"], 255, atol=16)
    np.testing.assert_allclose(look["colour"], [139.8, 67.4, 139.8], atol=3)
    thumbnail = look["thumbnail"]
    assert thumbnail[16, 8] == round(0.299 * 200 + 0.587 * 10 + 0.114 * 10)
    assert thumbnail[16, 24] == round(0.299 * 10 + 0.587 * 10 + 0.114 * 200)
    assert (look["darkest"], look["brightest"]) == (32, 255)
    assert 0 < look["contrast"] < 128
    assert look["saturation"] == pytest.approx(190 * (28 / 32) ** 2, abs=8)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PPM", "BMP", "GIF", "WEBP", "TIFF"])
def test_every_format_has_the_same_look(kind, picture, encode):
    """The same picture in any format differs by what the format loses."""
    lossless = look_of(encode(picture, "PNG"))
    look = look_of(encode(picture, kind, **({"quality": 95} if kind in ("JPEG", "WEBP") else {})))
    assert look["format"].item().decode() == kind
    assert max(differences(look, lossless).values()) < (16 if kind in ("JPEG", "WEBP") else 1e-6)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_is_turned_by_exif_has_the_look_of_the_upright_one(orientation, kind, make_photo, encode):
    """But for its orientation: size, thumbnail, levels are those of what is seen."""
    stored = Image.fromarray(make_photo(80, 120))
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = look_of(encode(stored, kind, exif=exif, **({"quality": 100, "subsampling": 0} if kind == "JPEG" else {})))
    upright = look_of(encode(turn_upright(stored, orientation), "PNG"))
    assert turned["orientation"] == orientation
    assert turned[["width", "height"]].item() == upright[["width", "height"]].item()
    assert max(differences(turned, upright).values()) <= 2
    assert turned["sharpness"] == pytest.approx(float(upright["sharpness"]), rel=0.15)


def test_the_thumbnail_shows_all_of_the_image_whatever_the_network_sees(make_photo, encode):
    """A cut, bars or a frame change what is seen, not the whole; bars count for nothing."""
    data = encode(Image.fromarray(make_photo(100, 180)), "PNG")
    squashed = look_of(data)
    for policy in ("crop", "letterbox", "cut-squash", "pad"):
        look = look_of(data, SEEN.model_copy(update={"policy": policy, "crop_fraction": 0.6}))
        assert np.abs(look["thumbnail"].astype(int) - squashed["thumbnail"]).max() <= 8
        np.testing.assert_allclose(look["colour"], squashed["colour"], atol=1)
    letterbox = SEEN.model_copy(update={"policy": "letterbox"})
    white = look_of(encode(Image.new("RGB", (90, 30), "white"), "PNG"), letterbox)
    assert (white["darkest"], white["contrast"], white["sharpness"]) == (255, 0, 0)


def test_sharpness_falls_with_blur(make_photo, encode):
    """The same picture smoothed has a tenth of it, at the size that the network sees."""
    sharp = make_photo(64, 64)
    blurred = Image.fromarray(sharp).resize((16, 16)).resize((64, 64))
    assert look_of(encode(sharp, "PNG"))["sharpness"] > 10 * look_of(encode(blurred, "PNG"))["sharpness"]


def test_grey_and_opacity_are_what_the_file_holds(encode):
    """Grey with a transparent level is grey; opacity that hides everything is told; hidden pixels are white."""
    grey = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))
    look = look_of(encode(grey, "PNG", transparency=3))
    assert (bool(look["is_grey"]), bool(look["has_opacity"]), bool(look["is_uncovered"])) == (True, True, False)
    half = np.zeros((8, 8, 4), np.uint8)
    half[:4, :, 3] = 255
    look = look_of(encode(half, "PNG"))
    assert (bool(look["is_grey"]), bool(look["has_opacity"]), bool(look["is_uncovered"])) == (False, True, False)
    assert look["thumbnail"][0, 0] == 0
    assert look["thumbnail"][-1, 0] == 255
    half[..., 3], half[0, 0, 0] = 0, 9
    assert look_of(encode(half, "PNG"))["is_uncovered"]
    assert look_of(encode(Image.new("L", (9, 9)), "JPEG"))["is_grey"]


def test_long_texts_are_cut_between_characters(encode):
    """The record has no half characters."""
    text = ("x" + "µ" * 30).encode()
    entry = struct.pack("<IHHHIII", 8, 1, 0x0131, 2, len(text), 26, 0)
    look = look_of(encode(Image.new("L", (4, 4)), "JPEG", exif=b"Exif\0\0II*\0" + entry + text))
    assert look["software"].item().decode() == "x" + "µ" * 15


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (3, 3), (5, 40), (33, 34)])
def test_tiny_targets_have_a_look(height, width, make_photo):
    """Whatever size a network has, and whatever size an image."""
    look = look_of(make_photo(7, 5), Transform(height=height, width=width))
    assert (look["width"], look["height"], look["n_bytes"], look["format"]) == (5, 7, 0, b"")
    assert np.isfinite(look["sharpness"])


@pytest.mark.parametrize(("n_threads", "batch_size"), [(1, 1), (2, 4), (3, 16)])
def test_looks_do_not_depend_on_threads_or_batches(n_threads, batch_size, make_photo, encode, tmp_path):
    """Nor on the company; what cannot be read has none, and random views have none."""
    files = [tmp_path / f"{number}.jpg" for number in range(9)]
    for number, path in enumerate(files):
        path.write_bytes(encode(make_photo(50, 70, number), "JPEG"))
    files[4].write_bytes(b"no picture")
    batches = list(decode_batches(files, SEEN, n_threads=n_threads, batch_size=batch_size, looks=True))
    looks = np.concatenate([batch.looks for batch in batches if batch.looks is not None])
    expected = [look_of(path.read_bytes()) for place, path in enumerate(files) if place != 4]
    assert looks.tobytes() == np.stack(expected).tobytes()
    assert next(decode_batches(files, SEEN)).looks is None
