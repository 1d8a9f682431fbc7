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


def test_files_that_are_not_like_the_others_are_told(tmp_path):
    """What an audit finds without a network: here a class of PNGs among JPEGs, and a small version of an image."""
    rng = np.random.default_rng(0)
    for name, kind in (("cat", "png"), ("dog", "jpg")):
        (tmp_path / name).mkdir()
        for number in range(15):
            noise = Image.fromarray(rng.integers(0, 256, (4, 5, 3)).astype(np.uint8))
            image = noise.resize((100, 80), Image.Resampling.BICUBIC)
            image.save(tmp_path / name / f"{number}.{kind}")
            if (name, number) == ("dog", 3):
                image.resize((40, 32)).save(tmp_path / "dog" / "3_small.jpg")
    found = {finding.code: finding for finding in regraft.scan(tmp_path).findings}
    assert found["only_one_class"].message.startswith(
        "All 15 images of 'cat' are PNG files, and none of another class is."
    )
    assert found["only_one_class"].severity == "warning"
    assert found["smaller_versions"].examples == ("dog/3_small.jpg = dog/3.jpg",)
    assert not {"only_one_class", "smaller_versions"} & {
        one.code for one in regraft.scan(tmp_path, decode=False).findings
    }


def test_a_data_set_of_which_nothing_can_be_read_is_scanned(tmp_path):
    """Every file is told as unreadable; what compares images has none to compare."""
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.jpg").write_bytes(b"\xff\xd8\xff" + name.encode())
    result = regraft.scan(tmp_path)
    assert {finding.code: len(finding.examples) for finding in result.findings}["unreadable"] == 2
