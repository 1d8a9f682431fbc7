from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from regraft.core import digest_bytes
from regraft.data import Reason
from regraft.images import survey_images


def encoded(mode, kind, size=(64, 48)):
    """An image of noise."""
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("n_threads", [1, 5])
def test_every_image_is_looked_into(tmp_path, n_threads):
    """Each gives its hash, format, size and whether it is grey, or a reason; half a picture is found by decoding."""
    whole = encoded("RGB", "JPEG")
    contents = {
        "a.jpg": whole,
        "b.png": encoded("L", "PNG", (8, 9)),
        "half.jpg": whole[: len(whole) // 2],
        "half.png": encoded("RGB", "PNG")[:300],
        "grey.jpg": encoded("L", "JPEG"),
        "empty.jpg": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = survey_images([tmp_path / name for name in (*contents, "gone.jpg")], n_threads=n_threads)
    assert [digest is None for digest in found.digests] == [False, False, True, True, False, True, True]
    reasons = [record.reason for record in found.unreadable]
    assert reasons == [Reason.TRUNCATED, Reason.TRUNCATED, Reason.EMPTY, Reason.MISSING]
    assert found.unreadable[0].path == str(tmp_path / "half.jpg")
    assert found.digests[0] == digest_bytes(whole)
    facts = [tuple(look[["format", "width", "height", "is_grey", "n_bytes"]].item()) for look in found.looks]
    assert facts[:2] == [(b"JPEG", 64, 48, False, len(whole)), (b"PNG", 8, 9, True, len(contents["b.png"]))]
    assert facts[4][3]
    assert facts[6] == (b"", 0, 0, False, 0)


def test_no_files_have_no_looks():
    """Nothing in, nothing out."""
    found = survey_images([])
    assert (found.digests, len(found.looks), found.unreadable) == ((), 0, ())


def test_opacity_that_hides_everything_is_noted(tmp_path, encode):
    """Of two images with colours under their opacity, the one that can be seen nowhere."""
    rng = np.random.default_rng(0)
    for name, opacity in (("seen.png", 9), ("hidden.png", 0)):
        colours = rng.integers(0, 256, (8, 8, 4)).astype(np.uint8)
        colours[..., 3] = opacity
        (tmp_path / name).write_bytes(encode(Image.fromarray(colours), "PNG"))
    looks = survey_images([tmp_path / "seen.png", tmp_path / "hidden.png"]).looks
    assert looks["is_uncovered"].tolist() == [False, True]
    assert looks["has_opacity"].all()
