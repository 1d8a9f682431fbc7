"""A classifier in two stages says of an image what it says of it alone."""

from __future__ import annotations

import pytest
from PIL import Image

import regraft


@pytest.mark.slow
def test_company_changes_no_bit(small_run, photos):
    """Under torch, too, which adds in another order in batches of another size."""
    model = regraft.load(small_run).staged()
    files = sorted(photos.rglob("*.png"))[:4]
    seen = [model.see(path.read_bytes(), path.name, n_pixels_max=10**6) for path in files]
    together = [model.tell(one, "image") for one in model.answer(seen)]
    assert together == [model.tell(model.answer([one])[0], "image") for one in seen]


@pytest.mark.slow
def test_what_is_too_large_is_refused_by_its_header(small_run, tmp_path):
    """Nothing is decoded for it."""
    Image.new("1", (4000, 3000)).save(tmp_path / "large.png")
    told = regraft.load(small_run).staged().see((tmp_path / "large.png").read_bytes(), "large", n_pixels_max=10**6)
    assert (told.path, told.reason) == ("large", "too_large")
