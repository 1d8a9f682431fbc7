"""What looks say, field by field."""

from __future__ import annotations

import numpy as np

from regraft.auditing.fields import Field, describe_difference, look_fields
from regraft.data import LOOK


def looks_of(n=100, **columns):
    """Looks that are all the same but for some columns."""
    looks = np.zeros(n, LOOK)
    looks["format"], looks["width"], looks["height"], looks["n_bytes"] = b"JPEG", 640, 480, 1000
    for name, values in columns.items():
        looks[name] = values
    return looks


def test_fields_in_which_no_images_differ_are_left_out():
    """Images that are all alike have no field."""
    assert look_fields(looks_of(), 100) == ()
    assert [field.name for field in look_fields(looks_of(format=[b"PNG", b"JPEG"] * 50), 100)] == ["format"]


def test_of_grey_images_the_colour_is_the_brightness():
    """A field that says the same as another one is there once."""
    grey = np.linspace(0, 200, 100)
    looks = looks_of(brightness=grey, colour=np.repeat(grey[:, None], 3, axis=1))
    assert [field.name for field in look_fields(looks, 100)] == ["brightness"]


def test_sizes_are_the_files_where_cameras_made_them():
    """Two sizes are those of two cameras; where each image has its own, it was cut out and has the thing's shape."""
    rng = np.random.default_rng(0)
    few = look_fields(looks_of(width=[640, 800] * 50), 100)
    many = look_fields(looks_of(width=rng.integers(50, 500, 100), height=rng.integers(50, 500, 100)), 100)
    assert {field.name: field.origin for field in few}["pixels"] == "file"
    assert {field.name: field.origin for field in many}["aspect"] == "picture"


def test_formats_and_exif_are_told_as_words():
    """Grey and transparency belong to the format; a file without EXIF has no name to show."""
    looks = looks_of(2, format=b"PNG", is_grey=[True, False], has_opacity=[False, True], camera=[b"Canon EOS", b""])
    values = {field.name: field.values.tolist() for field in look_fields(looks, 2)}
    assert values["format"] == ["PNG, grey", "PNG, with opacity"]
    fields = {field.name: field for field in look_fields(looks_of(4, camera=[b"Canon EOS", b"", b"", b""]), 4)}
    inside = np.array([True, False, False, False])
    text = describe_difference(fields["camera"], inside, "cats", "the rest")
    assert text == "'Canon EOS' in 1 of 1 of cats, in 0 of 3 of the rest"
    assert describe_difference(fields["camera"], ~inside, "dogs", "cats").startswith("nothing in 3 of 3 of dogs")


def test_numbers_are_told_as_the_middle_half_of_both_sides():
    """The quartiles of the class and of the rest, with the unit."""
    values = np.concatenate([np.arange(5.0), np.arange(10.0, 15.0)])
    field = Field("brightness", "the mean brightness", "picture", np.zeros(10, np.int64), values, " of 255")
    text = describe_difference(field, np.arange(10) < 5, "'cat'", "the others")
    assert text == "half of 'cat' lies at 1 to 3 of 255, half of the others at 11 to 13"
