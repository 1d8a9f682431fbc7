from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from regraft.data import READABLE_KINDS, UnreadableImageError, require_readable
from regraft.images import FORMATS, Transform, decode_image, read_header
from regraft.images.formats import _NAMES, decode_still


@pytest.mark.parametrize("kind", FORMATS)
def test_content_decides_the_format(kind, encode, make_photo):
    """The first bytes of every format are known, and there is a reader for each."""
    assert set(_NAMES) == set(FORMATS)
    assert require_readable(encode(make_photo(8, 8), kind)) == kind


def test_other_plugins_stay_out(encode, make_photo):
    """An image that Pillow could open by a plug-in that we do not use is refused."""
    with pytest.raises(UnreadableImageError, match="it is TGA; convert it"):
        require_readable(encode(make_photo(8, 8), "TGA"))


def test_the_first_picture_of_an_apng_is_taken(encode):
    """Of an animated PNG the default image counts."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = encode(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert decode_still(data, "PNG").image.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_webp_without_its_last_padding(encode, make_photo):
    """The byte that makes a chunk's length even is none of the picture's."""
    found = {}
    for width in range(20, 60):
        data = encode(make_photo(16, width), "WEBP", lossless=True)
        found.setdefault(int.from_bytes(data[16:20], "little") % 2, data)
    transform = Transform(height=16, width=16)
    np.testing.assert_array_equal(decode_image(found[1][:-1], transform), decode_image(found[1], transform))
    assert read_header(found[1][:-1]).kind == "WEBP"
    for cut in (found[0][:-1], found[1][:-2]):
        with pytest.raises(UnreadableImageError, match="bytes are missing"):
            decode_image(cut, transform)


@pytest.mark.parametrize("width", [4, 5, 6, 7])
def test_a_bmp_without_its_last_padding(width, encode, make_photo):
    """The bytes that fill up the last row are none of the picture's; the row itself is."""
    data = encode(make_photo(5, width), "BMP")
    transform = Transform(height=5, width=width)
    n_padding = -3 * width % 4
    whole = data[: len(data) - n_padding]
    np.testing.assert_array_equal(decode_image(whole, transform), decode_image(data, transform))
    with pytest.raises(UnreadableImageError):
        decode_image(whole[:-1], transform)


@pytest.mark.parametrize("kind", READABLE_KINDS)
def test_what_stands_behind_an_image_is_no_damage(kind, encode, make_photo):
    """Trailers of phones, zeros of disks, a second file: whatever the format."""
    data = encode(make_photo(20, 30), kind)
    transform = Transform(height=20, width=30)
    for trailer in (b"\0", bytes(5000), b"SEFT trailer", b"\0\0\0\x18ftypmp42" + bytes(500), data):
        np.testing.assert_array_equal(decode_image(data + trailer, transform), decode_image(data, transform))


def test_a_webp_that_is_cut_off_says_so(encode, make_photo):
    """The stated length tells that bytes are missing."""
    data = encode(make_photo(40, 40), "WEBP")
    with pytest.raises(UnreadableImageError, match=r"10 of .* bytes are missing") as caught:
        decode_still(data[:-10], "WEBP")
    assert caught.value.reason == "truncated"
