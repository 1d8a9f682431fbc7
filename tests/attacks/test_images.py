"""Hostile and broken image files: pixels or a reason, never a crash, a hang or silence."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from regraft.images import Transform, UnreadableImageError, decode_image, read_image

SMALL = Transform(height=16, width=16)
KINDS = ["JPEG", "PNG", "PPM", "BMP", "GIF", "WEBP", "TIFF"]


def picture(kind):
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (12, 12, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((96, 96)).save(buffer, kind)
    return buffer.getvalue()


def outcome(data):
    """`pixels`, or the reason."""
    try:
        pixels = decode_image(data, SMALL)
    except UnreadableImageError as error:
        return str(error.reason) if error.detail else "no detail"
    assert pixels.shape == (16, 16, 3)
    return "pixels"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_off_anywhere_is_reported(kind):
    """However much is missing, a cut picture is not taken for whole."""
    data = picture(kind)
    for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9):
        assert outcome(data[: int(len(data) * share)]) != "pixels"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(30))
def test_flipped_bytes_give_pixels_or_a_reason(kind, seed):
    """Random damage never raises anything else."""
    rng = np.random.default_rng(seed)
    data = bytearray(picture(kind))
    for _ in range(int(rng.integers(1, 20))):
        data[int(rng.integers(len(data)))] = int(rng.integers(256))
    outcome(bytes(data))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_a_jpeg_with_its_middle_zeroed_is_damaged(share):
    """Lost picture data is noticed although the end of the file is intact, where Pillow is silent."""
    data = bytearray(picture("JPEG"))
    start = int(len(data) * share)
    data[start : start + 300] = bytes(300)
    assert outcome(bytes(data)) in ("damaged", "truncated")


def test_a_jpeg_cut_off_with_a_new_end_is_damaged():
    """An end marker put behind half a picture fools nobody."""
    data = picture("JPEG")
    assert outcome(data[: len(data) // 2] + b"\xff\xd9") in ("damaged", "truncated")


@pytest.mark.parametrize("extra", [b"\0" * 5, b"trailing text" * 1000])
def test_bytes_behind_a_picture_do_no_harm(extra):
    """Cameras append things; the picture is whole."""
    for kind in ("JPEG", "PNG"):
        assert outcome(picture(kind) + extra) == "pixels"


def bomb_png(width, height):
    """A few bytes that promise many pixels."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_bombs_are_refused_by_their_header():
    """A file that would decode to gigabytes is too large before a pixel is decoded."""
    assert outcome(bomb_png(60_000, 60_000)) == "too_large"
    assert outcome(b"P6 100000 100000 255\n" + bytes(100)) == "too_large"


@pytest.mark.parametrize(
    "name", ["new\nline.png", 'quo"te.png', "<script>.png", "日本語.png", "صورة.png", "📷.png", "-.png"]
)
def test_any_file_name_can_be_read(name, tmp_path):
    """What a file is called has no influence."""
    path = tmp_path / name
    path.write_bytes(picture("PNG"))
    assert read_image(path, SMALL).pixels.shape == (16, 16, 3)


def test_folders_and_missing_files_have_reasons(tmp_path):
    """A folder called .jpg and a file that has gone are reported."""
    (tmp_path / "folder.jpg").mkdir()
    for path in (tmp_path / "folder.jpg", tmp_path / "gone.jpg"):
        with pytest.raises(UnreadableImageError) as caught:
            read_image(path, SMALL)
        assert caught.value.reason in ("not_an_image", "missing")
