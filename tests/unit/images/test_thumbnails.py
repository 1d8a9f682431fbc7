from __future__ import annotations

import io

import numpy as np
from PIL import Image

from regraft.images import thumbnail_jpeg


def test_a_thumbnail_tells_nothing_about_its_owner(tmp_path, make_photo):
    """Place, camera and comments of the file are not in the report; its orientation has been applied."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of Jane Doe"
    path = tmp_path / "private.jpg"
    Image.fromarray(make_photo(100, 200)).save(path, exif=exif, comment=b"secret")
    jpeg = thumbnail_jpeg(path, pixels=64)
    assert b"Jane" not in jpeg
    assert b"secret" not in jpeg
    assert b"Exif" not in jpeg
    with Image.open(io.BytesIO(jpeg)) as small:
        pixels = np.asarray(small)
    assert pixels.shape == (64, 64, 3)
    np.testing.assert_allclose(pixels[:, :8], 128, atol=12)  # a portrait now: bars left and right


def test_what_cannot_be_read_has_no_thumbnail(tmp_path):
    """Missing and broken files give None, not an error."""
    (tmp_path / "text.jpg").write_text("no image")
    assert thumbnail_jpeg(tmp_path / "text.jpg") is None
    assert thumbnail_jpeg(tmp_path) is None
