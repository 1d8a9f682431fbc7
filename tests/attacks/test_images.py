"""Random damage: pixels or a reason, never a crash. Damage with a known outcome is in tests/faults."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from case_names import named
from regraft.data import UnreadableImageError
from regraft.images import Transform, decode_image, read_image

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
def test_flipped_bytes_give_pixels_or_a_reason(kind):
    """Random damage never raises anything else."""
    whole = picture(kind)
    for seed in range(30):
        rng = np.random.default_rng(seed)
        data = bytearray(whole)
        for _ in range(int(rng.integers(1, 20))):
            data[int(rng.integers(len(data)))] = int(rng.integers(256))
        with named(seed):
            outcome(bytes(data))


def test_folders_and_missing_files_have_reasons(tmp_path):
    """A folder called .jpg and a file that has gone are reported."""
    (tmp_path / "folder.jpg").mkdir()
    for path in (tmp_path / "folder.jpg", tmp_path / "gone.jpg"):
        with pytest.raises(UnreadableImageError) as caught:
            read_image(path, SMALL)
        assert caught.value.reason in ("not_an_image", "missing")
