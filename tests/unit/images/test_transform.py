from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from regraft.images.transform import DECODE_RULES_VERSION, Transform

SIDES = st.integers(1, 5000)


@given(width=SIDES, height=SIDES, target=st.integers(1, 500), fraction=st.floats(0.01, 1.0))
def test_a_crop_lies_inside_the_image(width, height, target, fraction):
    """No edge of a crop is out of the image, not even by rounding, and it has an area."""
    transform = Transform(height=224, width=target, policy="crop", crop_fraction=fraction)
    left, top, right, bottom = transform.source_box(width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


@given(width=SIDES, height=SIDES, fraction=st.floats(0.1, 1.0))
def test_a_crop_is_centred_and_has_the_target_s_ratio(width, height, fraction):
    """What is left out is the same on both sides, and nothing is distorted."""
    left, top, right, bottom = Transform(height=100, width=200, policy="crop", crop_fraction=fraction).source_box(
        width, height
    )
    assert left == pytest.approx(width - right, abs=1e-6)
    assert top == pytest.approx(height - bottom, abs=1e-6)
    assert right - left == pytest.approx(2 * (bottom - top))


@given(width=SIDES, height=SIDES)
def test_a_letterbox_holds_the_whole_image(width, height):
    """All of the image is used, it fits, and at least one side is filled."""
    transform = Transform(height=64, width=96, policy="letterbox")
    assert transform.source_box(width, height) == (0, 0, width, height)
    inner_width, inner_height = transform.target_size(width, height)
    assert 1 <= inner_width <= 96
    assert 1 <= inner_height <= 64
    assert inner_width == 96 or inner_height == 64


def test_a_crop_of_a_photo_is_timm_s():
    """A 500 x 375 photo cropped for 224 pixels at .875 uses the centred 328.125 pixels: 375 times .875."""
    box = Transform(height=224, width=224, policy="crop", crop_fraction=0.875).source_box(500, 375)
    assert box == pytest.approx((85.9375, 23.4375, 414.0625, 351.5625))


def test_turning_twice_changes_nothing():
    """Height and width change places, the rest stays."""
    transform = Transform(height=10, width=20, policy="crop", crop_fraction=0.5, interpolation="lanczos")
    assert transform.turned() == transform.model_copy(update={"height": 20, "width": 10})
    assert transform.turned().turned() == transform


def test_the_fingerprint_is_a_stable_text():
    """The text is part of keys on disk: it may change only together with the rules' version."""
    transform = Transform(height=224, width=192, policy="crop", crop_fraction=0.875)
    assert DECODE_RULES_VERSION == 4
    assert transform.fingerprint() == "rules4-224x192-crop-0.875-bicubic"


def test_nearly_equal_crops_have_different_fingerprints():
    """A crop fraction counts to its last digit."""
    one, two = (Transform(height=8, width=8, policy="crop", crop_fraction=part) for part in (0.875, 0.8750001))
    assert one.fingerprint() != two.fingerprint()


@pytest.mark.parametrize("wrong", [{"height": 0}, {"width": 5000}, {"crop_fraction": 0}, {"policy": "stretch"}])
def test_senseless_settings_are_refused(wrong):
    """A transform that exists can be computed."""
    with pytest.raises(ValidationError):
        Transform.model_validate({"height": 8, "width": 8} | wrong)
