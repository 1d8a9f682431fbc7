"""Pictures that are made to be golden inputs."""

from __future__ import annotations

import numpy as np

from regraft.bundle import make_pictures


def test_they_are_the_same_each_time():
    """Whoever makes more of them has the first ones again."""
    few, more = make_pictures(2), make_pictures(3)
    assert [picture.shape for picture in more] == 3 * [(240, 320, 3)]
    assert all(picture.dtype == np.uint8 for picture in more)
    for one, again in zip(few, more, strict=False):
        np.testing.assert_array_equal(one, again)


def test_each_shows_something_else():
    """Colours and contours differ from picture to picture, and use the range of a photograph."""
    pictures = make_pictures(4)
    for place, picture in enumerate(pictures):
        assert np.ptp(picture) > 150
        assert all(np.abs(picture.astype(float) - other).mean() > 20 for other in pictures[place + 1 :])
