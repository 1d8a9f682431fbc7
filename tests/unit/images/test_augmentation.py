"""Random views: drawn for the content, the same in any company, and true to what the policy says."""

from __future__ import annotations

import io
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from regraft.images import (
    AUGMENTATIONS,
    Augmentation,
    PolicyName,
    Transform,
    View,
    contact_sheet,
    decode_batches,
    read_image,
)

TRANSFORM = Transform(height=48, width=48)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Eight JPEG files of 96 x 64 pixels: left half dark, right half bright, noise on top."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    files = []
    for number in range(8):
        pixels = rng.normal(0, 10, (64, 96, 3)) + np.where(np.arange(96) < 48, 60, 200)[None, :, None]
        files.append(folder / f"{number}.jpg")
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(files[-1], quality=95)
    return files


def test_every_policy_can_be_named():
    """The names that options offer are those of the table, in its order."""
    assert get_args(PolicyName) == tuple(AUGMENTATIONS)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_a_view_depends_on_content_seed_and_number_only(name, pictures):
    """Other orders, batches and thread counts give the same pixels; other numbers and seeds give others."""
    policy = AUGMENTATIONS[name]
    view = View(policy, 0, 1)
    alone = {path: read_image(path, TRANSFORM, view).pixels for path in pictures}
    backwards = pictures[::-1]
    for n_threads, batch_size in ((1, 3), (4, 5)):
        batches = decode_batches(backwards, TRANSFORM, batch_size=batch_size, n_threads=n_threads, view=view)
        for path, pixels in zip(backwards, np.concatenate([batch.pixels for batch in batches]), strict=True):
            np.testing.assert_array_equal(pixels, alone[path])
    plain = read_image(pictures[0], TRANSFORM)
    assert plain.digest == read_image(pictures[0], TRANSFORM, view).digest
    others = [
        read_image(pictures[0], TRANSFORM, View(policy, seed, number)).pixels for seed in (0, 1) for number in range(6)
    ]
    n_different = len({pixels.tobytes() for pixels in others})
    assert n_different == 1 if policy.is_plain else n_different > 1
    if policy.is_plain:
        np.testing.assert_array_equal(others[0], plain.pixels)


def test_a_flip_is_a_flip(pictures):
    """Half of the views are the mirrored image, the others the image."""
    plain = read_image(pictures[0], TRANSFORM).pixels
    mirrored = 0
    for number in range(40):
        pixels = read_image(pictures[0], TRANSFORM, View(Augmentation(flip="horizontal"), 0, number)).pixels
        is_mirrored = not np.array_equal(pixels, plain)
        mirrored += is_mirrored
        np.testing.assert_array_equal(pixels, plain[:, ::-1] if is_mirrored else plain)
    assert 8 <= mirrored <= 32


@pytest.mark.parametrize("policy", ["squash", "crop", "letterbox"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_crops_stay_in_the_picture(policy, orientation):
    """Of a picture that is white inside of a grey frame, crops show white and grey only, at the wanted size."""
    pixels = np.full((120, 90, 3), 255, np.uint8)
    pixels[:10] = pixels[-10:] = 128
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(buffer, "PNG", exif=exif)
    transform = Transform(height=40, width=30, policy=policy)
    for number in range(10):
        found = read_image(buffer.getvalue(), transform, View(Augmentation(crop=0.3), 0, number)).pixels
        assert found.shape == (40, 30, 3)
        assert found.min() >= 118


def test_every_field_has_a_part_in_the_name():
    """Keys of features differ wherever pixels may."""
    changed = {
        "crop": 0.5, "aspect": 2.0, "flip": "both", "rotation": 5, "brightness": 0.1, "contrast": 0.1,
        "saturation": 0.1, "n_random_ops": 1, "magnitude": 3, "shift": 2, "added_brightness": 0.1,
    }  # fmt: skip
    assert changed.keys() == Augmentation.model_fields.keys()
    base = {"n_random_ops": 2, "crop": 0.9}
    names = {View(Augmentation(**{**base, name: value}), 0, 0).fingerprint() for name, value in changed.items()}
    names |= {View(Augmentation(**base), seed, number).fingerprint() for seed, number in ((0, 0), (1, 0), (0, 1))}
    assert len(names) == len(changed) + 3
    assert View(Augmentation(), 0, 5).fingerprint() == "plain"


def test_a_contact_sheet_has_a_cell_for_each_view(pictures):
    """Rows of images, columns of views, the plain one first."""
    views = [View(AUGMENTATIONS["colour"], 0, number) for number in range(3)]
    sheet = contact_sheet(pictures[:2], TRANSFORM, views, cell=50)
    assert sheet.shape == (100, 200, 3)
    assert sheet.dtype == np.uint8


def test_a_policy_of_flips_has_few_views():
    """All others have as many as there are numbers."""
    few = {name for name in AUGMENTATIONS if not AUGMENTATIONS[name].is_continuous}
    assert few == {"none", "flip", "flips"}


def test_four_views_are_the_four_mirrorings():
    """Each once, whichever the image begins with; with one kind of flip every second view is mirrored."""
    for digest in ("a", "b", "c"):
        for policy, n_kinds in (("flips", 4), ("flip", 2)):
            drawn = [View(AUGMENTATIONS[policy], 3, number).draw(digest).mirrored for number in range(4)]
            assert len(set(drawn)) == n_kinds
            assert sum(left for left, _top in drawn) == 2
    begins = {View(AUGMENTATIONS["flips"], 3, 0).draw(str(number)).mirrored for number in range(40)}
    assert len(begins) == 4
