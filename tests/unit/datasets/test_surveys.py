"""What decoding all images of a data set finds."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from regraft.data import read_manifest
from regraft.datasets import ImageSizes, survey_dataset


@pytest.fixture
def surveyed(tmp_path):
    """A survey of a grey picture, a large one, one that is transparent everywhere, and a damaged file."""
    (tmp_path / "cat").mkdir()
    (tmp_path / "dog").mkdir()
    Image.new("L", (3, 2), 7).save(tmp_path / "cat" / "grey.png")
    Image.fromarray(np.arange(90, dtype=np.uint8).reshape(5, 6, 3)).save(tmp_path / "cat" / "large.jpg")
    hidden = np.arange(64, dtype=np.uint8).reshape(4, 4, 4)
    hidden[..., 3] = 0
    Image.fromarray(hidden).save(tmp_path / "dog" / "hidden.png")
    (tmp_path / "dog" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return survey_dataset(read_manifest(tmp_path), None)


def test_sizes_and_formats_are_counted(surveyed):
    """Also in words; a damaged file has no hash and a reason."""
    prints, sizes = surveyed.prints, surveyed.sizes
    assert (sizes.n_decoded, sizes.n_images, sizes.n_grey) == (3, 4, 1)
    assert (sizes.smallest, sizes.largest) == ((3, 2), (6, 5))
    assert sizes.sentence == "Decoded 3 of 4 images: 2 PNG, 1 JPEG; 3 x 2 to 6 x 5 pixels; 1 grey."
    assert [digest is None for digest in prints.digests].count(True) == 1
    assert [one.path for one in prints.unreadable] == ["dog/broken.png"]


def test_nothing_decoded_has_no_sizes():
    """The sentence ends there; one size is not told as two."""
    settings = {"n_decoded": 0, "n_images": 2, "formats": {}, "smallest": None, "largest": None, "n_grey": 0}
    assert ImageSizes(**settings).sentence == "Decoded 0 of 2 images."
    settings |= {"n_decoded": 2, "formats": {"PNG": 2}, "smallest": (8, 8), "largest": (8, 8)}
    assert ImageSizes(**settings).sentence == "Decoded 2 of 2 images: 2 PNG; all of 8 x 8 pixels; 0 grey."
