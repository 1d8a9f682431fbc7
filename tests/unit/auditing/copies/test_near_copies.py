"""Pictures that are there more than once in other forms."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from regraft.auditing import AuditedImages, find_copies, judge_copies
from regraft.auditing.copies.linking import link_pairs
from regraft.data import LOOK

N_PICTURES = 60


def drawn(seed, size=(160, 120)):
    """Things of many sizes that hide each other."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(rng.integers(0, 256, 3).tolist()))
    draw = ImageDraw.Draw(picture)
    for radius in np.sort(4 / rng.power(1.5, 60))[::-1].clip(3, 60):
        x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
        fill = tuple(rng.integers(0, 256, 3).tolist())
        draw.ellipse((x - radius, y - radius, x + radius, y + radius * rng.uniform(0.2, 1)), fill=fill)
    return picture


def seen(pictures, *, labels=None, sides=None, digests=None):
    """Pictures as an audit sees them, without features."""
    n = len(pictures)
    looks = np.zeros(n, LOOK)
    for look, picture in zip(looks, pictures, strict=True):
        colours = picture.convert("RGB")
        small = np.asarray(colours.resize((32, 32), Image.Resampling.BILINEAR))
        look["thumbnail"] = Image.fromarray(small).convert("L")
        look["width"], look["height"] = picture.size
        look["brightness"] = look["thumbnail"].mean()
        look["saturation"] = (small.max(axis=2).astype(float) - small.min(axis=2)).mean()
    return AuditedImages(
        paths=tuple(f"{row}.png" for row in range(n)),
        labels=np.zeros(n, np.int64) if labels is None else np.array(labels),
        class_names=("cat", "dog"),
        digests=tuple(map(str, range(n))) if digests is None else tuple(digests),
        sides=(None,) * n if sides is None else tuple(sides),
        groups=(None,) * n,
        looks=looks,
    )


@pytest.fixture(scope="module")
def pictures():
    """Different ones."""
    return [drawn(seed) for seed in range(N_PICTURES)]


def saved_again(picture):
    """As a JPEG of quality 50."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=50)
    return Image.open(stream)


def marked(picture):
    """With a white band."""
    copy = picture.copy()
    ImageDraw.Draw(copy).rectangle((20, 80, 140, 92), fill=(255, 255, 255))
    return copy


CHANGES = {
    "saved again": saved_again,
    "resized": lambda picture: picture.resize((80, 60)),
    "cropped by 5 %": lambda picture: picture.crop((4, 2, 156, 116)),
    "cropped by 13 %": lambda picture: picture.crop((12, 9, 151, 113)),
    "cropped by 25 %": lambda picture: picture.crop((20, 0, 140, 120)),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.8),
    "mirrored": lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "mirrored top to bottom": lambda picture: picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "turned by a quarter": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "grey": lambda picture: picture.convert("L"),
    "marked": marked,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_picture_is_found_and_its_change_is_named(pictures, change):
    """It is the only set among sixty pictures, and the relation says what was done."""
    images = seen([*pictures, CHANGES[change](pictures[7])])
    (found,) = find_copies(images).sets
    assert set(found.rows) == {7, N_PICTURES}
    assert change in found.relations[0]
    assert found.score > 0.85


def test_different_pictures_are_no_copies(pictures):
    """Nothing is found where nothing is there twice."""
    copies = find_copies(seen(pictures))
    assert copies.sets == ()
    assert copies.evidence["n_compared"] == N_PICTURES


def test_changes_of_one_picture_are_one_set(pictures):
    """Each was verified against each, also those that were no candidates of one another."""
    names = ("mirrored", "grey", "cropped by 5 %", "resized")
    (found,) = find_copies(seen([*pictures, *(CHANGES[name](pictures[7]) for name in names)])).sets
    assert set(found.rows) == {7, *range(N_PICTURES, N_PICTURES + len(names))}


def test_many_copies_of_one_picture_are_together(pictures):
    """Copies of copies are compared until all have met, though each has few candidates."""
    brighter = [ImageEnhance.Brightness(pictures[7]).enhance(1 + 0.01 * step) for step in range(1, 7)]
    (found,) = find_copies(seen([*pictures, *brighter])).sets
    assert set(found.rows) == {7, *range(N_PICTURES, N_PICTURES + len(brighter))}


def test_eight_pictures_are_enough(pictures):
    """No image is a copy of itself where all are candidates."""
    (found,) = find_copies(seen([*pictures[:7], CHANGES["mirrored"](pictures[0])])).sets
    assert found.rows == (0, 7)


def flat_pictures():
    """Tones, two tones, ramps, a lamp in the dark, dark noise: sixty of them."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:60, 0:80] / 80
    for number in range(N_PICTURES):
        tone, other, place = (*rng.uniform(0, 255, 2).tolist(), rng.uniform(0.2, 0.6))
        pixels = (
            np.full_like(x, tone),
            np.where((x, y)[number % 2] < place, tone, other),
            tone + other * (x - y),
            np.full_like(x, 4) + 200 * np.exp(-((x - place) ** 2 + (y - place / 2) ** 2) * 200),
            np.full_like(x, 3),
        )[number % 5]
        noisy = pixels + rng.normal(0, 2, x.shape)
        yield Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def test_flat_and_dark_pictures_are_no_copies(pictures):
    """They have no detail by which they could be known again, alone or among others."""
    flat = list(flat_pictures())
    assert find_copies(seen(flat)).sets == ()
    assert find_copies(seen([*flat, *pictures])).sets == ()


def test_copies_are_of_the_split_and_of_labels(pictures):
    """A mirrored picture on the other side is a leak; a grey one of another class has two labels."""
    changed = [CHANGES["mirrored"](pictures[3]), CHANGES["grey"](pictures[9])]
    sides = ["train"] * N_PICTURES + ["test", "train"]
    images = seen([*pictures, *changed], labels=[0] * (N_PICTURES + 1) + [1], sides=sides)
    leak, contradiction = judge_copies(images, find_copies(images))
    assert (leak.kind, leak.code, leak.certainty) == ("leakage", "near_copies_across_splits", "likely")
    assert leak.cases[0].paths == ("3.png", f"{N_PICTURES}.png")
    assert leak.cases[0].note == "mirrored: train and test"
    assert [action.verb for action in leak.cases[0].actions] == ["keep-one-side", "keep"]
    assert (contradiction.code, contradiction.cases[0].note) == ("near_copies_across_classes", "grey: cat and dog")


def test_the_same_files_of_a_near_copy_belong_to_its_set(pictures):
    """Two files of one content and a mirrored one are a near set and an exact one."""
    digests = [*map(str, range(N_PICTURES)), "5", "mirrored"]
    near, exact = find_copies(seen([*pictures, pictures[5], CHANGES["mirrored"](pictures[5])], digests=digests)).sets
    assert set(near.rows) == {5, N_PICTURES, N_PICTURES + 1}
    assert (exact.rows, exact.is_exact, near.is_exact) == ((5, N_PICTURES), True, False)


def test_few_pictures_are_compared_by_content_alone(pictures):
    """There is nothing to measure likeness by."""
    copies = find_copies(seen([*pictures[:3], pictures[0]], digests="abca"))
    assert [group.is_exact for group in copies.sets] == [True]


def test_sets_do_not_chain():
    """Where A is like B and B like C, C joins only if it was verified against A, too."""
    assert link_pairs([(0, 1), (1, 2)]) == [[0, 1], [1, 2]]
    assert link_pairs([(0, 1), (1, 2), (0, 2)]) in ([[0, 1, 2]], [[0, 1], [1, 2], [0, 2]])
