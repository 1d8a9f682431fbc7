"""Plain pictures that are there more than once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from regraft.auditing import AuditedImages, find_copies
from regraft.data import LOOK

N_SKIES = 40
RNG = np.random.default_rng(0)
CLOUDS = 30 * gaussian_filter(RNG.normal(0, 1, (N_SKIES + 1, 32, 32)), (0, 3, 3))
SLOPE = np.linspace(100, 120, 32)[:, None]


def seen(skies):
    """Skies (n, 32, 32) as an audit sees them, without features."""
    looks = np.zeros(len(skies), LOOK)
    looks["thumbnail"] = np.rint(skies).clip(0, 255)
    looks["width"], looks["height"] = 320, 320
    names = tuple(f"{row}.png" for row in range(len(skies)))
    nothing = (None,) * len(skies)
    return AuditedImages(names, np.zeros(len(skies), np.int64), ("sky",), names, nothing, nothing, looks)


@pytest.mark.parametrize(
    "changed", [lambda sky: 0.85 * sky, lambda sky: sky[:, ::-1], lambda sky: gaussian_filter(sky, 0.5)]
)
def test_a_plain_picture_is_known_again_by_its_shades(changed):
    """A darker, mirrored or softer copy of one is the only set among forty that differ by two grey levels."""
    skies = SLOPE + CLOUDS[:N_SKIES] / CLOUDS.std() * 1.5
    (found,) = find_copies(seen([*skies, changed(skies[7])])).sets
    assert found.rows == (7, N_SKIES)


def test_dust_that_all_plain_pictures_share_makes_no_copies():
    """What lies on the lens is in each of them; their own grain differs."""
    dust = CLOUDS[-1] / CLOUDS.std() * 1.5
    copies = find_copies(seen(SLOPE + dust + RNG.normal(0, 0.3, (N_SKIES, 32, 32))))
    assert copies.sets == ()
    assert copies.evidence["n_compared"] == N_SKIES


def test_pictures_with_nothing_in_them_are_counted():
    """Ramps without grain are not compared."""
    ramps = np.linspace(0, 200, N_SKIES)[:, None, None] + SLOPE / 3 + np.zeros((N_SKIES, 32, 32))
    copies = find_copies(seen(ramps))
    assert copies.sets == ()
    assert copies.evidence["n_without_detail"] == N_SKIES
