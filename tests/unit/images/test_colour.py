from __future__ import annotations

import struct
import tracemalloc

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from regraft.data import UnreadableImageError
from regraft.images import Transform, decode_image
from regraft.images.colour import flatten, simplify_mode, without_idle_opacity


def exact(data, width, height=1):
    """Pixels of a file, not resized."""
    return decode_image(data, Transform(height=height, width=width, interpolation="nearest"))


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        (np.float32, [0.0, 0.25, 1.0], [0, 64, 255]),
        (np.float32, [0.0, 0.25, 0.5], [0, 64, 128]),
        (np.float32, [0.0, 1.5, 3.0], [0, 128, 255]),
        (np.float32, [5.0, 5.25, 5.5], [0, 128, 255]),
        (np.float32, [np.inf, 0.5, -np.inf], [0, 128, 0]),
        (np.float32, [-2.0, 0.0, 2.0], [0, 128, 255]),
        (np.float32, [0.0, np.nan, 1.0], [0, 0, 255]),
        (np.float32, [-1.0, np.inf, 1.0], [0, 0, 255]),
        (np.float32, [np.nan, np.nan, np.nan], [0, 0, 0]),
        (np.float32, [7.0, 7.0, 7.0], [0, 0, 0]),
        (np.float32, [-3e38, 0.0, 3e38], [0, 128, 255]),
        (np.int32, [0, 100, 255], [0, 100, 255]),
        (np.int32, [0, 257, 65535], [0, 1, 255]),
        (np.int32, [257, 32_896, 40_000], [1, 128, 156]),
        (np.int32, [1000, 2000, 65_536], [0, 4, 255]),
        (np.int32, [0, 50_000, 100_000], [0, 128, 255]),
        (np.int32, [2**30, 2**30 + 1, 2**30 + 2], [0, 128, 255]),
        (np.int32, [-(2**31), 0, 2**31 - 1], [0, 128, 255]),
    ],
)
def test_wide_numbers_follow_the_written_rules(dtype, values, expected, encode):
    """Floats and 32-bit integers become 8-bit by the documented ranges."""
    data = encode(np.array([values], dtype), "TIFF")
    assert exact(data, 3)[0, :, 0].tolist() == expected


@pytest.mark.parametrize("values", [[0, 128, 129, 255], [65_406, 65_407, 65_535, 0]])
@pytest.mark.parametrize("kind", ["PGM", "PNG", "TIFF"])
def test_16_bits_are_divided_by_257(kind, values, make_png, encode):
    """A format that states its range is not guessed at: a dark picture stays dark, to the last step."""
    raw = struct.pack(">4H", *values)
    data = {
        "PGM": b"P5\n4 1\n65535\n" + raw,
        "PNG": make_png(4, 1, b"\0" + raw, depth=16),
        "TIFF": encode(np.array([values], np.uint16), "TIFF"),
    }[kind]
    assert exact(data, 4)[0, :, 0].tolist() == [round(value / 257) for value in values]


def test_wide_numbers_from_memory_have_no_stated_range():
    """An image that comes from no file follows the rules for 32-bit numbers, whatever program made it."""
    image = Image.fromarray(np.array([[0, 100, 255]], np.int32))
    assert np.asarray(simplify_mode(image)).tolist() == [[0, 100, 255]]


def test_a_large_wide_image_is_converted_in_blocks(encode):
    """An image of more than one block is converted like a small one."""
    values = np.linspace(-1, 1, 1500 * 1000, dtype=np.float32).reshape(1500, 1000)
    pixels = exact(encode(values, "TIFF"), 1000, 1500)[:, :, 0]
    np.testing.assert_allclose(pixels, (values + 1) * 127.5, atol=0.51)


@pytest.mark.parametrize(
    ("colour_type", "stored", "expected"),
    [
        (0, [32768], [128] * 3),
        (2, [65535, 32768, 256], [255, 128, 1]),
        (4, [0, 32768], [127] * 3),
        (6, [65535, 0, 256, 32768], [255, 127, 128]),
    ],
    ids=["grey", "RGB", "grey with alpha", "RGB with alpha"],
)
def test_every_16_bit_png_is_scaled(colour_type, stored, expected, make_png):
    """All four 16-bit kinds of PNG keep their full range."""
    data = make_png(1, 1, b"\0" + struct.pack(f">{len(stored)}H", *stored), depth=16, colour_type=colour_type)
    np.testing.assert_allclose(exact(data, 1)[0, 0], expected, atol=1)


@pytest.mark.parametrize(("depth", "raw"), [(1, b"\0\x40"), (2, b"\0\x30"), (4, b"\0\x0f")])
def test_few_bits_use_the_full_range(depth, raw, make_png):
    """Pixels of 1, 2 and 4 bits go from black to white."""
    assert exact(make_png(2, 1, raw, depth=depth), 2)[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize(("mode", "clear"), [("L", 7), ("RGB", (7, 7, 7))])
def test_a_transparent_colour_becomes_white(mode, clear, encode):
    """A PNG without an alpha channel may still call one colour transparent."""
    image = Image.new(mode, (2, 1), clear)
    image.putpixel((1, 0), 9 if mode == "L" else (9, 9, 9))
    assert exact(encode(image, "PNG", transparency=clear), 2)[0].tolist() == [[255] * 3, [9] * 3]


def test_a_palette_s_transparency_is_partial(encode):
    """Each entry of a palette may have an opacity of its own."""
    image = Image.new("P", (3, 1))
    image.putpalette([0, 0, 0] * 3)
    image.putdata([0, 1, 2])
    data = encode(image, "PNG", transparency=bytes([0, 128, 255]))
    assert exact(data, 3)[0, :, 0].tolist() == [255, 127, 0]


def test_laying_over_white_commutes_with_resizing():
    """Transparent pixels lend no colour to their neighbours: resizing first changes nothing but rounding."""
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (64, 64, 4)).astype(np.uint8))
    late = np.asarray(flatten(image.resize((16, 16)))).astype(int)
    early = np.asarray(flatten(image).resize((16, 16)))
    assert np.abs(late - early).max() <= 2


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("TIFF", "RGBA"), ("TIFF", "LA")]
)
@pytest.mark.parametrize("opacity", [0, 1])
def test_opacity_that_hides_everything_is_none(kind, mode, opacity, encode):
    """Where no pixel can be seen the colours count; where there is one colour only, there is no picture."""
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (8, 8, len(mode) - 1)).astype(np.uint8)
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    hidden = np.concatenate([colours, np.full((8, 8, 1), opacity, np.uint8)], axis=2)
    found = exact(encode(Image.fromarray(hidden, mode), kind, **options), 8, 8)
    np.testing.assert_array_equal(found, np.broadcast_to(colours, (8, 8, 3)))
    hidden[..., :-1] = 77
    with pytest.raises(UnreadableImageError, match="transparent everywhere") as caught:
        exact(encode(Image.fromarray(hidden, mode), kind, **options), 8, 8)
    assert caught.value.reason == "blank"


def test_a_palette_that_hides_everything(encode, make_png):
    """In a palette, in 16 bits and by a transparent colour, too."""
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putdata([0, 1])
    assert exact(encode(image, "PNG", transparency=b"\0\0"), 2)[0].tolist() == [[10, 20, 30], [40, 50, 60]]
    wide = make_png(2, 1, b"\0" + struct.pack(">4H", 0, 0, 65535, 0), depth=16, colour_type=4)
    assert exact(wide, 2)[0, :, 0].tolist() == [0, 255]
    with pytest.raises(UnreadableImageError, match="transparent everywhere"):
        exact(encode(Image.new("RGB", (2, 1), (7, 7, 7)), "PNG", transparency=(7, 7, 7)), 2)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_that_begins_with_nothing(kind, encode):
    """Its first frame that shows anything is taken; one of nothing at all is no picture."""
    nothing, red = Image.new("RGBA", (8, 8)), Image.new("RGBA", (8, 8), (255, 0, 0, 255))
    more = {"save_all": True, "duration": 100, "disposal": 2} if kind == "GIF" else {"save_all": True, "duration": 100}
    if kind == "WEBP":
        more["lossless"] = True
    data = encode(nothing, kind, append_images=[red, nothing], **more)
    assert exact(data, 8, 8)[4, 4].tolist() == [255, 0, 0]
    with pytest.raises(UnreadableImageError, match="transparent everywhere"):
        exact(encode(nothing, kind), 8, 8)


@pytest.mark.parametrize("inverted", [False, True])
def test_cmyk_of_all_kinds_has_the_same_colours(inverted, encode):
    """CMYK in a TIFF, in an Adobe JPEG and as YCCK give the same RGB, and no negative."""
    ink = np.full((16, 16, 4), (10, 200, 60, 30), np.uint8)
    if inverted:
        ink = 255 - ink
    plain = Image.frombytes("CMYK", (16, 16), ink.tobytes())
    expected = plain.convert("RGB").getpixel((0, 0))
    ycck = simplejpeg.encode_jpeg(255 - ink, colorspace="CMYK", colorsubsampling="444", quality=100)
    for data in (encode(plain, "TIFF"), encode(plain, "JPEG", quality=100), ycck):
        np.testing.assert_allclose(exact(data, 16, 16)[8, 8], expected, atol=3)


@pytest.mark.parametrize(
    ("bits", "raw", "tags", "expected"),
    [
        (8, bytes([0, 255]), {"t262": (3, 0)}, [255, 0]),
        (16, struct.pack("<2H", 0, 65535), {"t262": (3, 0)}, [255, 0]),
        (16, struct.pack("<2H", 0, 65535), {}, [0, 255]),
        (12, b"\x00\x0f\xff", {}, [0, 255]),
        (16, struct.pack("<2h", -100, 100), {"t339": (3, 2)}, [0, 255]),
        (32, struct.pack("<2I", 0, 2**32 - 1), {}, [0, 255]),
        (32, struct.pack("<2i", -5, 5), {"t339": (3, 2)}, [0, 255]),
    ],
    ids=["white is zero", "16 bits, white is zero", "16 bits", "12 bits", "16 signed", "32 unsigned", "32 signed"],
)
def test_tiffs_mean_what_their_tags_say(bits, raw, tags, expected, make_tiff):
    """Depth, sign and which end is white are taken from the file."""
    assert exact(make_tiff(2, 1, raw, bits, **tags), 2)[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    ("modes", "simple"),
    [
        (["1", "L", "I", "F", "I;16"], "L"),
        (["LA"], "LA"),
        (["PA", "RGBA", "RGBa"], "RGBA"),
        (["P", "RGB", "CMYK", "YCbCr", "LAB", "HSV"], "RGB"),
    ],
)
def test_every_mode_becomes_one_of_four(modes, simple):
    """After this step there are grey and RGB, with or without alpha, and then only RGB."""
    for mode in modes:
        found = simplify_mode(Image.new(mode, (4, 3)))
        assert found.mode == simple
        assert flatten(found).mode == "RGB"
        assert flatten(found).size == (4, 3)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_what_is_simple_is_not_copied(mode):
    """An image in one of the four modes is handed on as it is, and so is RGB by the step after."""
    image = Image.new(mode, (4, 3), 255 if mode == "L" else "white")
    assert simplify_mode(image) is image
    assert without_idle_opacity(image) is image
    assert (flatten(image) is image) == (mode == "RGB")


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_what_shows_through_is_white(mode):
    """Half of the opacity is half of the white, in grey and in colours."""
    image = Image.new(mode, (1, 1), (100, 51) if mode == "LA" else (100, 100, 100, 51))
    assert flatten(image).getpixel((0, 0)) == pytest.approx([100 * 0.2 + 255 * 0.8] * 3, abs=1)


def test_opacity_counts_from_two():
    """Where one pixel has an opacity of 2 of 255, opacity means what it says."""
    image = Image.new("LA", (2, 1), (7, 1))
    image.putpixel((0, 0), (9, 2))
    assert without_idle_opacity(image) is image


def test_hidden_colours_count_where_one_of_them_varies():
    """One channel that differs from pixel to pixel is a picture, though the others are all the same."""
    image = Image.new("RGBA", (2, 1), (7, 8, 9, 0))
    image.putpixel((0, 0), (200, 8, 9, 0))
    assert np.asarray(without_idle_opacity(image)).tolist() == [[[200, 8, 9], [7, 8, 9]]]


def test_a_large_wide_image_takes_little_memory():
    """Conversion takes less than the numbers and one copy of them in 64 bits would."""
    image = Image.fromarray(np.linspace(0, 1, 6 << 20, dtype=np.float32).reshape(6 << 10, 1 << 10))
    tracemalloc.start()
    simplify_mode(image)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (4 + 8) * (6 << 20)
