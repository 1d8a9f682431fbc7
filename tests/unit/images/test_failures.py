from __future__ import annotations

import struct

import pytest
from PIL import Image

from regraft.core import DataError
from regraft.images.failures import N_PIXELS_MAX, N_SIDE_MAX, UnreadableImageError, check_size, explain_failure


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("image file is truncated (7 bytes not processed)"), "truncated"),
        (EOFError("no more"), "truncated"),
        (struct.error("unpack requires 4 bytes"), "truncated"),
        (ValueError("not enough image data"), "truncated"),
        (MemoryError(), "too_large"),
        (Image.DecompressionBombError("could be decompression bomb DOS attack"), "too_large"),
        (ValueError("Decompressed data too large for PngImagePlugin.MAX_TEXT_CHUNK"), "too_large"),
        (NotImplementedError(), "unsupported"),
        (SyntaxError("unknown pixel mode"), "unsupported"),
        (OSError("Unsupported BMP compression (4)"), "unsupported"),
        (SyntaxError("not a PNG file"), "damaged"),
        (ZeroDivisionError("division by zero"), "damaged"),
    ],
)
def test_every_exception_has_a_reason(error, reason):
    """Whatever a decoder raises becomes one of the stable codes, with a text."""
    told = explain_failure(error)
    assert isinstance(told, DataError)
    assert told.reason == reason
    assert told.detail
    assert str(told) == f"The image cannot be read ({reason}): {told.detail}"


@pytest.mark.parametrize(
    ("cause", "reason"),
    [(struct.error("4 bytes"), "truncated"), (IndexError("of range"), "truncated"), (KeyError(9999), "unsupported")],
)
def test_what_lies_under_an_exception_decides(cause, reason):
    """Pillow wraps what it meets in a header: the end of the file, a number that it does not know."""
    error = SyntaxError("a header")
    error.__cause__ = cause
    assert explain_failure(error).reason == reason


def test_a_decoders_words_are_not_told():
    """Nor what a hostile file puts into them."""
    for error in (ValueError, OSError, SyntaxError, EOFError, NotImplementedError):
        detail = explain_failure(error("\x1b[31m\n decompression bomb truncated unsupported")).detail
        assert detail.isprintable()
        assert "31m" not in detail


def test_the_largest_cameras_pass():
    """200 megapixels are an image, one row more is not."""
    check_size(16_320, 12_240)
    check_size(20_000, N_PIXELS_MAX // 20_000)
    with pytest.raises(UnreadableImageError, match="20,000 x 10,001 pixels are more than is allowed") as caught:
        check_size(20_000, N_PIXELS_MAX // 20_000 + 1)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (-1, 5), (N_SIDE_MAX + 1, 1)])
def test_senseless_sizes_are_refused(size):
    """No pixels, or a side that no filter can handle."""
    with pytest.raises(UnreadableImageError):
        check_size(*size)
