from __future__ import annotations

import numpy as np
from PIL import Image

import regraft


def test_opacity_that_hides_everything_is_told(tmp_path):
    """An image that programs show as nothing is read by its colours, and named; one without colours is unreadable."""
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        pixels = rng.integers(0, 256, (8, 8, 4)).astype(np.uint8)
        pixels[..., 3] = 255 if name == "cat" else 0
        Image.fromarray(pixels).save(tmp_path / name / "1.png")
    Image.new("RGBA", (8, 8)).save(tmp_path / "cat" / "2.png")
    found = {finding.code: finding for finding in regraft.scan(tmp_path).findings}
    assert found["hidden_colours"].examples == ("dog/1.png",)
    assert "cat/2.png: blank" in found["unreadable"].examples[0]
