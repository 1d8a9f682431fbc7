"""Views that are the same for every image."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from regraft.images import FIXED_VIEWS, PLAIN, Transform, read_image, transform_array

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 64, 3), np.uint8)
SQUASH = Transform(height=16, width=16)


def seen(name, transform=SQUASH):
    """What a view shows of the picture."""
    return transform_array(PIXELS, transform, FIXED_VIEWS[name])


def test_the_plain_view_is_the_image():
    """It changes nothing, and its features are those that there were before views."""
    assert (seen("plain") == transform_array(PIXELS, SQUASH)).all()
    assert PLAIN.fingerprint() == "plain"
    assert next(iter(FIXED_VIEWS.values())) == PLAIN


def test_the_mirrored_view_is_mirrored():
    """Left to right, after the resizing."""
    assert (seen("mirrored") == seen("plain")[:, ::-1]).all()


@pytest.mark.parametrize(
    ("name", "rows", "columns", "step"),
    [
        ("upper left", slice(0, 35), slice(0, 56), 1),
        ("upper right", slice(0, 35), slice(8, 64), 1),
        ("lower left", slice(5, 40), slice(0, 56), 1),
        ("lower right", slice(5, 40), slice(8, 64), 1),
        ("lower left, mirrored", slice(5, 40), slice(0, 56), -1),
        ("lower right, mirrored", slice(5, 40), slice(8, 64), -1),
    ],
)
def test_a_moved_view_shows_a_part(name, rows, columns, step):
    """Seven eighths of width and height, squashed; only at the border pixels from outside count a little."""
    part = transform_array(np.ascontiguousarray(PIXELS[rows, columns]), SQUASH)[:, ::step]
    assert (seen(name) == part)[2:-2, 2:-2].all()
    assert not (seen(name) == seen("plain"))[2:-2, 2:-2].any(axis=2).all()


def test_a_letterbox_shows_all_of_the_image():
    """Its promise holds for every view: only the mirrored ones differ."""
    letterbox = Transform(height=16, width=16, policy="letterbox")
    assert (seen("upper left", letterbox) == seen("plain", letterbox)).all()


def test_views_have_different_keys():
    """Features of one are never taken for those of another."""
    assert len({view.fingerprint() for view in FIXED_VIEWS.values()}) == len(FIXED_VIEWS)


def test_a_file_is_seen_as_its_pixels_are():
    """An encoded image and its pixels show the same views."""
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "PNG")
    for name in FIXED_VIEWS:
        assert (read_image(file.getvalue(), SQUASH, FIXED_VIEWS[name]).pixels == seen(name)).all()
