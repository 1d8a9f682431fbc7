from __future__ import annotations

import struct
import warnings

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from regraft.data import UnreadableImageError
from regraft.images import Transform, decode_image
from regraft.images.jpegs import decode_jpeg
from regraft.images.resizing import Picture, finish

SMALL = Transform(height=32, width=32)


def reason(data):
    """Why a JPEG is refused."""
    with pytest.raises(UnreadableImageError) as caught:
        decode_image(data, SMALL)
    return caught.value.reason


def with_segment(data, marker, content):
    """A JPEG with one more segment at its beginning."""
    return data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content + data[2:]


@pytest.mark.parametrize(("side", "reduction"), [(47, 1), (95, 1), (96, 2), (191, 2), (192, 4), (384, 8), (5000, 8)])
def test_the_scale_leaves_half_as_many_pixels_again(side, reduction):
    """A JPEG is decoded at 1/2, 1/4 or 1/8 if that still has 1.5 times the pixels that are needed."""
    data = simplejpeg.encode_jpeg(np.zeros((side, side + 7, 3), np.uint8))
    picture = decode_jpeg(data, SMALL)
    assert picture.reduction == reduction
    assert picture.size == (side + 7, side)
    assert picture.image.shape == (-(-side // reduction), -(-(side + 7) // reduction), 3)


def test_the_shorter_side_decides_the_scale():
    """A panorama is not decoded so small that its height no longer suffices; a crop counts as what it uses."""
    data = simplejpeg.encode_jpeg(np.zeros((100, 3000, 3), np.uint8))
    assert decode_jpeg(data, SMALL).reduction == 2
    assert decode_jpeg(data, Transform(height=32, width=32, policy="crop", crop_fraction=0.5)).reduction == 1
    assert decode_jpeg(data, Transform(height=32, width=32, policy="letterbox")).reduction == 8


@pytest.mark.parametrize("policy", ["squash", "crop", "letterbox"])
@pytest.mark.parametrize("space", ["444", "420", "Gray"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_reduced_scale_gives_nearly_the_same_pixels(policy, space, orientation, encode, make_photo):
    """On average a reduced scale is within 1.5 grey levels of a full decode, also where sides do not divide by 8."""
    image = Image.fromarray(make_photo(1003, 1301))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {} if space == "Gray" else {"subsampling": {"444": 0, "420": 2}[space]}
    data = encode(image.convert("L") if space == "Gray" else image, "JPEG", quality=90, exif=exif, **options)
    transform = Transform(height=64, width=80, policy=policy, crop_fraction=0.9)
    full = simplejpeg.decode_jpeg(data, "RGB")
    expected = finish(Picture(Image.fromarray(full), (1301, 1003), orientation=orientation), transform)
    assert decode_jpeg(data, transform).reduction >= 4
    assert np.abs(decode_image(data, transform).astype(int) - expected).mean() < 1.5


def test_an_edge_stays_where_it_is_at_every_scale(encode):
    """The reduced image is not shifted or stretched by a part of a pixel, whatever the remainder by 8."""
    for width in range(512, 528):
        pixels = np.zeros((512, width, 3), np.uint8)
        pixels[:, width // 2 :] = 255
        row = decode_image(encode(pixels, "JPEG", quality=95), SMALL)[16, :, 0].astype(float)
        edge = 32 - row.sum() / 255
        assert edge == pytest.approx(32 * (width // 2) / width, abs=0.05)


@pytest.mark.parametrize("kind", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 0}])
def test_kinds_of_jpegs_are_read(kind, encode, make_photo):
    """Baseline, progressive, with restart markers and without subsampling: the same picture."""
    photo = make_photo(64, 64)
    pixels = decode_image(encode(photo, "JPEG", quality=95, **kind), Transform(height=64, width=64))
    assert np.abs(pixels.astype(int) - photo).mean() < 4


@pytest.mark.parametrize("subsampling", ["444", "422", "420", "440", "411"])
def test_every_subsampling_is_read(subsampling):
    """Coarser colour leaves a plain picture as it is."""
    data = simplejpeg.encode_jpeg(np.full((40, 40, 3), 100, np.uint8), colorsubsampling=subsampling)
    np.testing.assert_allclose(decode_image(data, SMALL), 100, atol=2)


def test_an_odd_subsampling_is_left_to_pillow(encode):
    """A JPEG whose sampling factors the wrapper does not know is still a picture."""
    data = bytearray(encode(np.full((48, 48, 3), 128, np.uint8), "JPEG", keep_rgb=True, subsampling=0))
    start = data.index(b"\xff\xc0")
    data[start + 11], data[start + 14], data[start + 17] = 0x22, 0x21, 0x12
    assert decode_jpeg(bytes(data), SMALL) is None
    np.testing.assert_allclose(decode_image(bytes(data), SMALL), 128, atol=2)


def test_cut_out_or_zeroed_data_are_mostly_noticed(encode, make_photo):
    """Of 60 losses of 4 KB with an intact end marker nearly all are damage; Pillow would not report one."""
    data = encode(make_photo(500, 700), "JPEG", quality=92)
    rng = np.random.default_rng(0)
    reasons = []
    for start in rng.integers(1000, len(data) - 5000, 30):
        for harmed in (data[:start] + data[start + 4096 :], data[:start] + bytes(4096) + data[start + 4096 :]):
            try:
                decode_image(harmed, SMALL)
            except UnreadableImageError as error:
                reasons.append(error.reason)
    assert len(reasons) >= 54
    assert set(reasons) == {"damaged"}


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_damage_is_noticed_in_every_colour_space(mode, encode, make_photo):
    """Grey, colour and CMYK JPEGs all go through the decoder that reports damage."""
    data = encode(Image.fromarray(make_photo(200, 200)).convert(mode), "JPEG", quality=92)
    half = len(data) // 2
    assert reason(data[:half] + bytes(2000) + data[half + 2000 :]) == "damaged"
    assert reason(data[:half]) == "truncated"


def test_what_cameras_do_is_no_damage(encode, make_photo):
    """Trailing data, a second picture, padding and unknown versions and segments leave the pixels as they are."""
    data = encode(make_photo(64, 64), "JPEG", quality=95)
    expected = decode_image(data, SMALL)
    jfif = data.index(b"JFIF\0")
    for odd in (
        data + b"trailing" * 100,
        data + data,
        data[:-2] + b"\0" * 5 + data[-2:],
        data[:-2] + b"\xff" * 50 + data[-2:],
        data[: jfif + 5] + b"\x09" + data[jfif + 6 :],
        with_segment(data, 0xEF, b"private"),
        with_segment(data, 0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"),
        with_segment(data, 0xE2, b"ICC_PROFILE\0\x05\x02nonsense"),
        with_segment(data, 0xFE, b"\xff\xd8\xff\xda" * 200),
    ):
        np.testing.assert_array_equal(decode_image(odd, SMALL), expected)


@pytest.mark.parametrize("kind", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_what_stands_behind_the_picture_is_no_damage(kind, mode, encode, make_photo):
    """Padding of any length before the end marker, and no end marker where one is not needed: the same pixels."""
    data = encode(Image.fromarray(make_photo(120, 160)).convert(mode), "JPEG", quality=92, **kind)
    expected = decode_image(data, SMALL)
    odd = [data[:-2] + fill * n + data[-2:] for fill in (b"\0", b" ", b"\xaa") for n in (9, 100, 100_000)]
    if "progressive" not in kind:
        odd += [data[:-1], data[:-2], data[:-2] + bytes(5000)]
    for one in odd:
        np.testing.assert_array_equal(decode_image(one, SMALL), expected)


@pytest.mark.parametrize("kind", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_what_is_missing_at_the_end_is_no_padding(kind, encode, make_photo):
    """The last part of the picture's data zeroed or cut off, with an end marker or without, is damage."""
    data = encode(make_photo(300, 400), "JPEG", quality=92, **kind)
    for n_lost in (50, 200, 1000, 4000, 20_000):
        left = data[: -2 - n_lost]
        for harmed in (left + bytes(n_lost) + data[-2:], left + bytes(n_lost), left, left + bytes(10 * n_lost)):
            assert reason(harmed) in ("damaged", "truncated"), n_lost
        assert reason(left + b"\0" * 9 + data[-2:]) in ("damaged", "truncated")


def test_a_missing_scan_is_not_taken_for_a_missing_end(encode, make_photo):
    """A progressive JPEG that ends between two scans would decode without its finest detail."""
    data = encode(make_photo(100, 100), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert reason(data[: data.rindex(b"\xff\xc4", 0, last)]) == "truncated"


def test_a_multi_picture_file_gives_its_first(encode):
    """Two pictures in one file, as phones write them: the first counts, and nothing warns."""
    first, second = (Image.new("RGB", (40, 40), colour) for colour in ("white", "black"))
    data = encode(first, "MPO", save_all=True, append_images=[second])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decode_image(data, SMALL).min() == 255


def test_a_rotten_exif_block_is_no_damage(encode):
    """Nothing warns and nothing fails because of metadata."""
    data = with_segment(
        encode(np.full((40, 40, 3), 200, np.uint8), "JPEG"), 0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1" * 90
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(decode_image(data, SMALL), 200, atol=2)


@pytest.mark.parametrize(("marker", "depth"), [(0xC0, 12), (0xC1, 12), (0xC3, 8)])
def test_jpegs_of_other_kinds_are_unsupported(marker, depth, encode):
    """12-bit and lossless colour JPEGs are named for what they are, not called damaged."""
    data = bytearray(encode(Image.new("RGB", (8, 8)), "JPEG"))
    start = data.index(b"\xff\xc0")
    data[start + 1], data[start + 4] = marker, depth
    assert reason(bytes(data)) == "unsupported"


def test_a_jpeg_of_endless_scans_is_refused(encode, make_photo):
    """Each scan of a progressive JPEG costs a pass over the picture: thousands of tiny ones would take hours."""
    data = encode(make_photo(64, 64), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert reason(data[:-2] + data[last:-2] * 500 + data[-2:]) == "damaged"
