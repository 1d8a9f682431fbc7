from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from regraft.images import Transform, decode_image
from regraft.images.exif import read_orientation
from regraft.images.orientation import lies_sideways, turn_upright


def exif_block(value, order="<", kind=3, prefix=b""):
    """A block with a tag that is no number, and the orientation."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    make = struct.pack(f"{order}HHI4s", 0x010F, 2, 4, b"abc\0")
    code = {1: "B3x", 3: "H2x", 4: "I"}[kind]
    return (
        prefix + mark + struct.pack(f"{order}IH", 8, 2) + make + struct.pack(f"{order}HHI{code}", 0x112, kind, 1, value)
    )


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [1, 3, 4])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_the_tag_is_found(order, kind, prefix):
    """Both byte orders, all whole-number types, with and without the JPEG prefix."""
    for value in range(2, 9):
        assert read_orientation(exif_block(value, order, kind, prefix)) == value


@pytest.mark.parametrize(
    "block",
    [b"", b"Exif\0\0", b"nonsense", exif_block(0), exif_block(9), exif_block(6)[:-12], b"II*\0" + b"\xff" * 60],
)
def test_without_a_valid_tag_the_image_stays(block):
    """No block, a foreign block, a senseless value and a cut-off block all mean: upright."""
    assert read_orientation(block) == 1


@given(start=st.sampled_from([b"", b"II*\0", b"MM\0*", b"Exif\0\0II*\0"]), rest=st.binary(max_size=200))
def test_no_block_is_an_error(start, rest):
    """Whatever the bytes are, an orientation comes out."""
    assert 1 <= read_orientation(start + rest) <= 8


def test_sideways_images_change_their_shape():
    """Exactly for the orientations 5 to 8 width and height change places."""
    image = Image.new("L", (3, 2))
    for orientation in range(1, 9):
        turned = turn_upright(image, orientation).size
        assert turned == ((2, 3) if lies_sideways(orientation) else (3, 2))


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiffs_are_turned_once(orientation, compression, encode, make_photo):
    """Pillow turns a TIFF by itself when it decodes it: it is not turned again."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(make_photo(20, 30))
    data = encode(image, "TIFF", exif=exif, compression=compression)
    upright = turn_upright(image, orientation)
    pixels = decode_image(data, Transform(height=upright.height, width=upright.width))
    np.testing.assert_array_equal(pixels, np.asarray(upright))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_turned_letterbox_has_its_bars_on_the_right_side(kind, encode):
    """A portrait that is stored as a landscape gets bars left and right."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(np.full((20, 40, 3), 250, np.uint8), kind, exif=exif)
    pixels = decode_image(data, Transform(height=40, width=40, policy="letterbox"))
    assert (pixels[:, :10] == 128).all()
    assert (pixels[:, 30:] == 128).all()
    assert pixels[:, 10:30].min() > 240


def test_xmp_does_not_turn_an_image(make_png, png_chunk):
    """Only EXIF counts, as in web browsers."""
    xmp = b'XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><r tiff:Orientation="6"/></x:xmpmeta>'
    data = make_png(2, 1, b"\0\x00\xff", extra=png_chunk(b"iTXt", xmp))
    assert decode_image(data, Transform(height=1, width=2))[0, :, 0].tolist() == [0, 255]


def test_a_text_called_exif_is_no_exif_block(make_png, png_chunk):
    """A PNG may hold any text under any name."""
    data = make_png(1, 1, b"\0\x07", extra=png_chunk(b"tEXt", b"exif\0II*\0"))
    assert decode_image(data, Transform(height=1, width=1)).tolist() == [[[7, 7, 7]]]
