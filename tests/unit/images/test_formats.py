from __future__ import annotations

import pytest
from PIL import Image

from regraft.images import FORMATS, UnreadableImageError
from regraft.images.formats import decode_still, identify


@pytest.mark.parametrize("kind", FORMATS)
def test_content_decides_the_format(kind, encode, make_photo):
    """The first bytes of every format are known."""
    assert identify(encode(make_photo(8, 8), kind)) == kind


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"P1 ", "PPM"), (b"P5\n", "PPM"), (b"Pf\n", "PPM"), (b"MM\0*", "TIFF"), (b"II+\0", "TIFF"), (b"GIF87a", "GIF")],
)
def test_variants_are_known(data, kind):
    """Plain and raw PNM, float maps, both byte orders, big TIFF, old GIF."""
    assert identify(data) == kind


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (b"", "empty", "no bytes"),
        (b"hello, this is text", "not_an_image", "none of JPEG, PNG"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "not_an_image", "none of"),
        (b"%PDF-1.7 and so on", "not_an_image", "none of"),
        (b"\0\0\0\x1cftypheic\0\0\0\0", "unsupported", "HEIC; convert it"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "unsupported", "AVIF; convert it"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "unsupported", "JPEG XL"),
        (b"\x89PN", "truncated", "ends before"),
        (b"\xff\xd8", "truncated", "ends before"),
    ],
)
def test_what_is_none_of_them_is_told_apart(data, reason, words):
    """Empty, foreign, known but unsupported, and hardly begun are different things to the user."""
    with pytest.raises(UnreadableImageError, match=words) as caught:
        identify(data)
    assert caught.value.reason == reason


def test_other_plugins_stay_out(encode, make_photo):
    """An image that Pillow could open by a plug-in that we do not use is refused."""
    with pytest.raises(UnreadableImageError, match="none of"):
        identify(encode(make_photo(8, 8), "TGA"))


def test_the_first_picture_of_an_apng_is_taken(encode):
    """Of an animated PNG the default image counts."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = encode(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert decode_still(data, "PNG").image.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_webp_that_is_cut_off_says_so(encode, make_photo):
    """The stated length tells that bytes are missing."""
    data = encode(make_photo(40, 40), "WEBP")
    with pytest.raises(UnreadableImageError, match=r"10 of .* bytes are missing") as caught:
        decode_still(data[:-10], "WEBP")
    assert caught.value.reason == "truncated"
