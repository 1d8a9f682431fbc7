from __future__ import annotations

import zlib

import numpy as np
import pytest
from PIL import Image

from regraft.data import UnreadableImageError
from regraft.images import Transform, decode_image, read_header
from regraft.images.pngs import check_png

SMALL = Transform(height=16, width=16)


@pytest.fixture(scope="module")
def photo_png(encode, make_photo):
    """A PNG whose pixel data are in one chunk."""
    return encode(make_photo(60, 60), "PNG")


def test_every_wrong_byte_of_the_pixels_is_noticed(photo_png):
    """Pillow would return wrong pixels for each of these files."""
    start = photo_png.index(b"IDAT")
    for place in np.random.default_rng(0).integers(start, len(photo_png) - 12, 50).tolist():
        harmed = photo_png[:place] + bytes([photo_png[place] ^ 0x10]) + photo_png[place + 1 :]
        with pytest.raises(UnreadableImageError, match=r"checksum of IDAT|ends") as caught:
            decode_image(harmed, SMALL)
        assert caught.value.reason in ("damaged", "truncated")


def test_the_message_says_what_and_where(photo_png):
    """The chunk and its place are named."""
    harmed = photo_png[:16] + b"\1" + photo_png[17:]
    with pytest.raises(UnreadableImageError, match="checksum of IHDR at byte 8 is wrong"):
        check_png(harmed)


def test_missing_pixels_are_counted(photo_png):
    """A PNG that ends within its pixels says how much is missing."""
    with pytest.raises(UnreadableImageError, match="ends 1,000 bytes too early") as caught:
        check_png(photo_png[: len(photo_png) - 12 - 1000])
    assert caught.value.reason == "truncated"


def test_what_is_not_the_picture_may_be_missing(photo_png):
    """A missing end marker and trailing bytes leave the pixels as they are."""
    expected = decode_image(photo_png, SMALL)
    for odd in (photo_png[:-12], photo_png[:-5], photo_png + b"more"):
        np.testing.assert_array_equal(decode_image(odd, SMALL), expected)


def test_endless_chunks_end(photo_png, png_chunk):
    """A file of empty chunks is not walked for ever."""
    with pytest.raises(UnreadableImageError, match="more than 200,000 chunks"):
        check_png(photo_png[:33] + png_chunk(b"tEXt") * 200_001)


def test_a_png_without_pixels_is_refused(photo_png, png_chunk):
    """A header and an end are no picture."""
    with pytest.raises(UnreadableImageError):
        decode_image(photo_png[:33] + png_chunk(b"IEND"), SMALL)


def test_a_png_that_ends_before_its_pixels_is_truncated(photo_png):
    """Its signature, its header, or half of it."""
    for n_bytes in (8, 20, 33, 40):
        with pytest.raises(UnreadableImageError) as caught:
            decode_image(photo_png[:n_bytes], SMALL)
        assert caught.value.reason == "truncated"


def test_missing_rows_are_noticed(make_png):
    """Pixel data that end properly but too early would come out black; a black edge is none of that."""
    rows = (b"\0" + b"\xff" * 8) * 4
    dark = bytes(9) * 4
    for raw in (rows + dark, dark + rows, dark * 2):
        decode_image(make_png(8, 8, raw), SMALL)
        with pytest.raises(UnreadableImageError, match=r"9 of 72 bytes are missing|truncated") as caught:
            decode_image(make_png(8, 8, raw[:-9]), SMALL)
        assert caught.value.reason == "truncated"


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"gAMA", b"pHYs", b"eXIf", b"tIME", b"prVt"])
def test_damage_beside_the_pixels_is_no_damage(kind, photo_png, png_chunk):
    """A wrong checksum, nonsense or a huge text in what is not used leaves the picture as it is."""
    expected = decode_image(photo_png, SMALL)
    for content in (b"x", b"nonsense\0\0" * 9, b"text\0\0" + zlib.compress(bytes(3 << 20))):
        sound = png_chunk(kind, content)
        for odd in (sound[:-1] + bytes([sound[-1] ^ 1]), sound):
            if odd == sound and kind in (b"gAMA", b"pHYs"):
                continue
            for place in (33, photo_png.index(b"IEND") - 4):
                data = photo_png[:place] + odd + photo_png[place:]
                np.testing.assert_array_equal(decode_image(data, SMALL), expected)
                assert read_header(data).width == 60


def test_damage_of_transparency_is_damage(photo_png, png_chunk):
    """It belongs to the pixels."""
    wrong = png_chunk(b"tRNS", bytes(6))[:-1] + b"\x77"
    with pytest.raises(UnreadableImageError):
        decode_image(photo_png[:33] + wrong + photo_png[33:], SMALL)


def test_a_rotten_checksum_does_not_turn_a_picture(encode, make_photo):
    """The EXIF block of a wrong checksum still says which way is up."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = bytearray(encode(make_photo(60, 60), "PNG", exif=exif))
    upright = decode_image(bytes(data), SMALL)
    start = data.index(b"eXIf")
    data[start + 4 + int.from_bytes(data[start - 4 : start], "big")] ^= 1
    np.testing.assert_array_equal(decode_image(bytes(data), SMALL), upright)
