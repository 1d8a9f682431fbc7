"""TF-Slim's families of preprocessing, against computations that were written from its definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from regraft.backbones import BACKBONES, PREPROCESSINGS, Planes, with_preprocessing
from regraft.core import BackboneError
from regraft.features import backbone_transform
from regraft.images import AUGMENTATIONS, View, transform_array

MEANS = np.array([123.68, 116.78, 103.94])


def picture(height, width, seed=0):
    """Smooth colours with some noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), np.float64)
    return np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)


def network_input(pixels, name, backbone="efficientnet-lite0"):
    """What the network gets: (h, w, planes) float64, and its record."""
    spec = with_preprocessing(BACKBONES[backbone], name)
    small = transform_array(pixels, backbone_transform(spec, spec.resize))
    return Planes(spec)(torch.from_numpy(small)[None])[0].permute(1, 2, 0).double().numpy(), spec


def resized(pixels, box, size):
    """Pillow's antialiased bilinear resize of a part, across and then down."""
    image = Image.fromarray(pixels)
    left, top, right, bottom = box
    across = image.resize((size, image.height), Image.Resampling.BILINEAR, (left, 0, right, image.height))
    return np.asarray(across.resize((size, size), Image.Resampling.BILINEAR, (0, top, size, bottom)), np.float64)


def test_inception_cuts_seven_eighths_of_both_sides():
    """Central crop .875 by whole pixels, no aspect ratio kept, bilinear, -1 to 1."""
    pixels = picture(301, 457)
    found, _spec = network_input(pixels, "inception")
    top, left = int((301 - 301 * 0.875) / 2), int((457 - 457 * 0.875) / 2)
    wanted = resized(pixels, (left, top, 457 - left, 301 - top), 224) / 127.5 - 1
    assert np.abs(found - wanted).max() < 1e-5


def test_vgg_takes_224_of_a_shorter_side_of_256():
    """Minus the three means, divided by nothing."""
    pixels = picture(320, 480)
    found, _spec = network_input(pixels, "vgg")
    side = 320 * 224 / 256
    box = ((480 - side) / 2, (320 - side) / 2, (480 + side) / 2, (320 + side) / 2)
    assert np.abs(found - (resized(pixels, box, 224) - MEANS)).max() < 1e-3


@pytest.mark.parametrize(("height", "width"), [(32, 32), (40, 51), (20, 27), (20, 51)])
def test_cifarnet_crops_or_pads_and_standardises(height, width):
    """As tf.image.resize_image_with_crop_or_pad and per_image_standardization do it; nothing is scaled."""
    pixels = picture(height, width)
    found, spec = network_input(pixels, "cifarnet", backbone="cifarnet")
    assert (spec.image_size, spec.standardise) == (32, True)
    wanted = cropped_or_padded(pixels, 32) / 255
    adjusted = max(wanted.std(), 1 / np.sqrt(wanted.size))
    assert np.abs(found - (wanted - wanted.mean()) / adjusted).max() < 1e-4


def test_an_even_image_is_not_divided_by_nothing():
    """The least deviation is 1 / sqrt(n)."""
    found, _spec = network_input(np.full((32, 32, 3), 200, np.uint8), "cifarnet", backbone="cifarnet")
    assert np.abs(found).max() < 1e-3


def test_lenet_is_grey_and_between_minus_one_and_one():
    """(p - 128) / 128, of 28 x 28 pixels."""
    grey = picture(28, 28)[:, :, 0]
    found, _spec = network_input(np.repeat(grey[:, :, None], 3, axis=2), "lenet", backbone="lenet")
    assert found.shape == (28, 28, 1)
    assert np.abs(found[:, :, 0] - (grey.astype(np.float64) - 128) / 128).max() < 1e-5


def cropped_or_padded(pixels, size):
    """The centre, or the image within black; odd pixels go where TensorFlow puts them."""
    height, width = pixels.shape[:2]
    top, left = max(height - size, 0) // 2, max(width - size, 0) // 2
    part = pixels[top : top + size, left : left + size].astype(np.float64)
    result = np.zeros((size, size, 3))
    above, before = (size - part.shape[0]) // 2, (size - part.shape[1]) // 2
    result[above : above + part.shape[0], before : before + part.shape[1]] = part
    return result


def test_features_do_not_mix_between_families():
    """The name of the family is part of what a feature is kept under."""
    spec = BACKBONES["efficientnet-lite0"]
    names = {spec.identity, *(with_preprocessing(spec, name).identity for name in PREPROCESSINGS)}
    assert len(names) == 1 + len(PREPROCESSINGS)


def test_your_own_network_declares_its_input_itself():
    """There is one place for it."""
    own = BACKBONES["lenet"].model_copy(update={"family": "own", "code": "0"})
    with pytest.raises(BackboneError, match="declares its input itself"):
        with_preprocessing(own, "vgg")


def test_views_that_were_kept_keep_their_names():
    """Fields that came later are not part of the names of policies without them."""
    assert "shift" not in AUGMENTATIONS["crop-flip"].fingerprint()
    assert '"shift":4' in AUGMENTATIONS["cifarnet"].fingerprint()


def test_in_training_pictures_change_as_they_did():
    """Moves of at most 4 pixels, brightness within 63 steps, contrast and saturation within their bounds."""
    seen = {
        name: [View(AUGMENTATIONS[name], 0, number).draw("digest") for number in range(200)]
        for name in ("inception", "vgg", "cifarnet")
    }
    moves = np.array([change.moved for change in seen["cifarnet"]])
    assert (moves.min(), moves.max()) == (-4, 4)
    added = np.array([change.added for change in seen["cifarnet"]]) * 255
    assert -63 <= added.min() < -50
    assert 50 < added.max() <= 63
    contrast = np.array([change.factors[1] for change in seen["cifarnet"]])
    assert 0.2 <= contrast.min() < 0.4
    assert 1.6 < contrast.max() <= 1.8
    saturation = np.array([change.factors[2] for change in seen["inception"]])
    assert 0.5 <= saturation.min() < 0.6
    assert 1.4 < saturation.max() <= 1.5
    for name, least, aspect in (("inception", 0.1, 4 / 3), ("vgg", 0.25, 1.0)):
        windows = np.array([change.window for change in seen[name]])
        width, height = windows[:, 2] - windows[:, 0], windows[:, 3] - windows[:, 1]
        assert width.min() * height.min() >= least / aspect - 1e-9
        assert (np.abs(np.log(width / height)) <= np.log(aspect) + 1e-9).all()


def test_what_moves_in_is_black():
    """As padding with zeros and a crop of the old size."""
    pixels = picture(32, 32)
    change = View(AUGMENTATIONS["cifarnet"], 0, 0).draw("digest")
    moved = type(change)((0, 0, 1, 1), (False, False), 0.0, (1.0, 1.0, 1.0), (), (3, -2)).applied(pixels)
    assert (moved[:-2, 3:] == pixels[2:, :-3]).all()
    assert not moved[-2:].any()
    assert not moved[:, :3].any()


def test_brightness_is_added():
    """And clipped to what a pixel can hold."""
    change = View(AUGMENTATIONS["cifarnet"], 0, 0).draw("digest")
    brighter = type(change)((0, 0, 1, 1), (False, False), 0.0, (1.0, 1.0, 1.0), (), (0, 0), 20 / 255)
    pixels = picture(16, 16)
    assert (brighter.applied(pixels) == np.clip(pixels.astype(int) + 20, 0, 255)).all()
