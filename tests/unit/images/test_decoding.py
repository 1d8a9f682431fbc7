from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from regraft.core import digest_bytes
from regraft.data import UnreadableImageError
from regraft.images import Transform, decode_image, read_image, thumbnail_jpeg, transform_array

SQUARE = Transform(height=32, width=32)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def quarters(width=64, height=64):
    """Red, green / blue, white."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 255)
    pixels[height // 2 :, width // 2 :] = (255, 255, 255)
    return Image.fromarray(pixels)


def corners(pixels):
    """Colours near the four corners, as R, G, B or W."""
    names = {(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B", (1, 1, 1): "W"}
    height, width = pixels.shape[:2]
    spots = [
        (height // 8, width // 8),
        (height // 8, -width // 8),
        (-height // 8, width // 8),
        (-height // 8, -width // 8),
    ]
    return "".join(names.get(tuple((pixels[spot] > 128).astype(int)), "?") for spot in spots)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PPM", "BMP", "GIF", "WEBP", "TIFF"])
def test_every_format_is_read_by_its_content(kind, tmp_path):
    """Each supported format gives the same picture, whatever the file is called."""
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    path = tmp_path / "wrong.name"
    path.write_bytes(encoded(quarters(), kind, **options))
    decoded = read_image(path, SQUARE)
    assert decoded.pixels.shape == (32, 32, 3)
    assert decoded.pixels.dtype == np.uint8
    assert corners(decoded.pixels) == "RGBW"
    assert decoded.digest == digest_bytes(path.read_bytes())


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [(1, "RGBW"), (2, "GRWB"), (3, "WBGR"), (4, "BWRG"), (5, "RBGW"), (6, "BRWG"), (7, "WGBR"), (8, "GWRB")],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_exif_orientation_is_applied(orientation, expected, kind):
    """All eight orientations end upright, also when height and width differ."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(quarters(96, 64), kind, exif=exif)
    assert corners(decode_image(data, SQUARE)) == expected
    assert corners(decode_image(data, Transform(height=24, width=40))) == expected
    assert corners(decode_image(data, Transform(height=24, width=24, policy="crop"))) == expected


def test_orientation_equals_that_of_a_picture_turned_beforehand():
    """Turning after the resize gives the pixels of turning before it, but for rounding between the two passes.

    The grey levels stay clear of black and white: what is clipped between the passes depends on which comes first.
    """
    from PIL import ImageOps

    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(80, 176, (40, 60, 3)).astype(np.uint8))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = encoded(image, "PNG", exif=exif)
        upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
        for policy in ("squash", "crop", "letterbox"):
            transform = Transform(height=20, width=28, policy=policy, crop_fraction=0.9)
            difference = decode_image(data, transform).astype(int) - transform_array(upright, transform)
            assert np.abs(difference).max() <= 3
            assert np.abs(difference).mean() < 0.3


def test_sixteen_bits_are_scaled_and_not_clipped():
    """A 16-bit ramp keeps its shape; Pillow's own conversion would turn it white."""
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)
    data = encoded(Image.fromarray(np.tile(ramp, (64, 1))), "PNG")
    pixels = decode_image(data, Transform(height=64, width=64))
    np.testing.assert_allclose(pixels[5, :, 0], ramp / 257, atol=0.51)
    tiff = encoded(Image.fromarray(np.tile(ramp, (64, 1))), "TIFF")
    np.testing.assert_array_equal(decode_image(tiff, Transform(height=64, width=64)), pixels)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]]), [0, 128, 255]),
        (np.array([[-1.0, 0.0, 1.0]]), [0, 128, 255]),
        (np.array([[0.0, np.nan, 200.5]]), [0, 0, 255]),
        (np.array([[0, 32768, 65535]], np.int32), [0, 128, 255]),
        (np.array([[-5, 0, 5]], np.int32), [0, 128, 255]),
    ],
)
def test_floats_and_wide_integers_follow_their_rules(values, expected):
    """32-bit images are scaled by the documented rules."""
    image = Image.fromarray(values.astype(np.float32) if values.dtype.kind == "f" else values)
    data = encoded(image, "TIFF")
    pixels = decode_image(data, Transform(height=1, width=3, interpolation="nearest"))
    np.testing.assert_allclose(pixels[0, :, 0], expected, atol=1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_every_pixel_format_becomes_rgb(mode):
    """Grey, palette, alpha and CMYK images come out as (h, w, 3) uint8 with the same content."""
    kind = "TIFF" if mode in ("CMYK", "YCbCr") else "PNG"
    image = quarters()
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    pixels = decode_image(encoded(image, kind), SQUARE)
    assert pixels.shape == (32, 32, 3)
    assert pixels[28, 28].min() > 240
    if mode in ("P", "RGBA", "CMYK", "YCbCr"):
        assert corners(pixels) == "RGBW"


def test_cmyk_jpegs_are_converted():
    """A JPEG from the printing trade is no negative."""
    data = encoded(quarters().convert("CMYK"), "JPEG", quality=95)
    assert corners(decode_image(data, SQUARE)) == "RGBW"


def test_transparency_is_laid_over_white():
    """Where nothing is, white is; half of black is grey."""
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, 4:, 3] = 128
    result = decode_image(
        encoded(Image.fromarray(pixels), "PNG"), Transform(height=8, width=8, interpolation="nearest")
    )
    assert result[0, 0].tolist() == [255, 255, 255]
    assert abs(int(result[0, 7, 0]) - 127) <= 1
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([10, 20, 30] * 256)
    palette.putpixel((0, 0), 1)
    assert decode_image(encoded(palette, "GIF", transparency=0), SQUARE)[-1, -1].min() == 255


def test_the_first_frame_of_an_animation_is_taken():
    """GIF, WebP and multi-page TIFF give their first picture."""
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "WEBP", "TIFF"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        assert corners(decode_image(data, SQUARE)) == "RRRR"


def test_geometry_is_what_the_policies_say():
    """Squash uses everything, crop the middle, letterbox adds bars."""
    wide = np.zeros((40, 120, 3), np.uint8)
    wide[:, 40:80] = 255
    squashed = transform_array(wide, Transform(height=30, width=30))
    assert squashed[15, 2, 0] == 0
    assert squashed[15, 15, 0] == 255
    cropped = transform_array(wide, Transform(height=30, width=30, policy="crop"))
    assert cropped[:, 2:28].min() == 255
    boxed = transform_array(wide, Transform(height=30, width=30, policy="letterbox"))
    assert (boxed[:9] == 128).all()
    assert (boxed[21:] == 128).all()
    assert boxed[15, 15, 0] == 255
    assert transform_array(wide[:, :, 0], Transform(height=5, width=6)).shape == (5, 6, 3)


@pytest.mark.slow
def test_crop_is_the_crop_of_timm():
    """The centre crop differs from timm's evaluation transform by rounding only."""
    from timm.data import create_transform

    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (16, 16, 3)).astype(np.uint8)
    image = Image.fromarray(coarse).resize((512, 512), Image.Resampling.BICUBIC)
    theirs = create_transform((3, 224, 224), interpolation="bicubic", crop_pct=0.875, mean=(0, 0, 0), std=(1, 1, 1))
    expected = theirs(image).numpy().transpose(1, 2, 0) * 255
    transform = Transform(height=224, width=224, policy="crop", crop_fraction=0.875)
    assert np.abs(transform_array(np.asarray(image), transform) - expected).mean() < 1.5


def test_large_jpegs_are_decoded_small_and_look_the_same():
    """Decoding at a reduced scale changes a photo by less than its compression does."""
    from sklearn.datasets import load_sample_images

    photo = Image.fromarray(load_sample_images().images[1]).resize((1920, 1280), Image.Resampling.BICUBIC)
    data = encoded(photo, "JPEG", quality=90)
    full = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    transform = Transform(height=224, width=224)
    difference = decode_image(data, transform).astype(int) - transform_array(full, transform)
    assert np.abs(difference).mean() < 1.5


def test_fingerprints_differ_where_pixels_do():
    """Geometry is part of the fingerprint; a crop fraction that is not used is not."""
    one = Transform(height=8, width=8, crop_fraction=0.5)
    assert one.fingerprint() == Transform(height=8, width=8).fingerprint()
    assert Transform(height=8, width=8, policy="crop", crop_fraction=0.5).fingerprint() != one.fingerprint()
    assert Transform(height=8, width=9).fingerprint() != Transform(height=9, width=8).fingerprint()


def test_thumbnails_are_small_jpegs(tmp_path):
    """A report gets a JPEG of the size it asked for, or None."""
    (tmp_path / "a.png").write_bytes(encoded(quarters(), "PNG"))
    with Image.open(io.BytesIO(thumbnail_jpeg(tmp_path / "a.png", pixels=40))) as small:
        assert small.size == (40, 40)
        assert small.format == "JPEG"
    assert thumbnail_jpeg(tmp_path / "none.png") is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"just text", "not_an_image"), (b"\x89PNG\r\n\x1a\n", "truncated"), (b"<svg/>", "unsupported")],
)
def test_what_is_no_image_has_a_stable_reason(data, reason):
    """Bytes that are no image are refused with a code."""
    with pytest.raises(UnreadableImageError) as caught:
        decode_image(data, SQUARE)
    assert caught.value.reason == reason
