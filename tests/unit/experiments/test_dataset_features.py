"""A data set's features, and the looks beside them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from extraction_child import TRANSFORM, extractor_of
from regraft.core import DataError, SilentProgress
from regraft.data import fingerprint_manifest, read_manifest
from regraft.experiments.dataset_features import DatasetFeatures
from regraft.features import JoinedNetworks, TappedNetwork
from regraft.images import PLAIN, read_image


@pytest.fixture
def data(tmp_path):
    """Six images of two classes, with sums of pixels for features."""
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(3):
            noise = np.random.default_rng(number).integers(0, 256, (9, 8, 3), np.uint8)
            Image.fromarray(noise + (name == "dog")).save(tmp_path / "photos" / name / f"{number}.png")
    manifest = read_manifest(tmp_path / "photos")
    prints = fingerprint_manifest(manifest)
    extractor = extractor_of(tmp_path / "features", tmp_path / "log")
    found = extractor.extract(manifest.files(), prints.digests)
    return DatasetFeatures(
        manifest=manifest,
        digests=prints.digests,
        features=found.features,
        unreadable=(),
        n_computed=6,
        networks=JoinedNetworks((TappedNetwork(None, "sums", (PLAIN,), (extractor,)),), choice=None),
    )


def test_looks_are_those_of_its_rows(data):
    """In their order, also of some of the images."""
    rows = np.array([4, 0])
    expected = [read_image(data.manifest.files()[row], TRANSFORM, looks=True).look for row in rows]
    assert data.select(rows).looks(SilentProgress()).tobytes() == np.stack(expected).tobytes()


def test_an_image_that_is_gone_meanwhile_is_told(data):
    """Its features were kept before looks were, and nothing can be made up for it."""
    data.manifest.files()[2].unlink()
    with pytest.raises(DataError, match=r"could be read before and cannot be read now .*cat/2\.png: mis"):
        data.looks(SilentProgress())
