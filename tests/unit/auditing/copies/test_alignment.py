"""Thumbnails that are laid on each other."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from regraft.auditing.copies.alignment import align
from regraft.auditing.copies.codes import cosine_coefficients, crop_codes, learn_code

WHOLE = np.array([[0, 1, 0, 1]], np.float32)
CROP, CORNER = (0.03, 0.98, 0.02, 0.97), (0.08, 1, 0, 0.92)


def framed(seed):
    """A plate of soft spots in a black frame, 240 x 240."""
    rng = np.random.default_rng(seed)
    spots = Image.fromarray(rng.integers(90, 220, (12, 12)).astype(np.uint8))
    plate = np.asarray(spots.resize((240, 240), Image.Resampling.BICUBIC)).copy()
    plate[:5] = plate[-5:] = plate[:, :5] = plate[:, -5:] = 0
    return plate


def thumbnail(plate):
    """As an audit keeps it."""
    small = Image.fromarray(plate).resize((32, 32), Image.Resampling.BILINEAR)
    return np.asarray(small, np.float32)[None]


def cut(plate, window=CROP):
    """The part of a plate that lies in a window."""
    top, bottom, left, right = (round(240 * place) for place in window)
    return plate[top:bottom, left:right]


@pytest.mark.parametrize("seed", range(3))
def test_a_crop_that_has_lost_a_frame_fits_where_it_was(seed):
    """The frame that is blurred into the pixels beside it does not count against the crop."""
    plate = framed(seed)
    found = align(thumbnail(cut(plate)), thumbnail(plate), np.array([[0, 0.92, 0, 0.92]], np.float32), 8)
    assert np.abs(found.windows[0] - CROP).max() < 0.005
    assert found.residuals[0] < 0.1
    assert found.shares[0] > 0.9


def test_other_tones_are_fitted_and_said():
    """A darker copy remains one; where tones agree, nothing is fitted that would make others alike."""
    plate = framed(0)
    darker = (0.7 * plate + 20).astype(np.uint8)
    same, changed, other = (align(thumbnail(one), thumbnail(plate), WHOLE, 4) for one in (plate, darker, framed(1)))
    assert (same.is_retoned[0], changed.is_retoned[0]) == (False, True)
    assert max(same.residuals[0], changed.residuals[0]) < 0.02
    assert other.residuals[0] > 0.3


def test_a_crop_is_nearer_to_the_crops_of_its_picture():
    """Than to the picture as a whole."""
    plates = [framed(seed) for seed in range(40)]
    pictures = np.concatenate([thumbnail(plate) for plate in plates])
    code = learn_code(pictures, 0)
    crops = code.encode(cosine_coefficients(np.concatenate([thumbnail(cut(plate, CORNER)) for plate in plates])))
    whole = np.einsum("nd,nd->n", crops, code.encode(cosine_coefficients(pictures)))
    parts = np.max([np.einsum("nd,nd->n", crops, part) for part in crop_codes(code, pictures)], axis=0)
    assert parts.mean() > whole.mean()
