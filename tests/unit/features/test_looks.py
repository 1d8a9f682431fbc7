"""Looks are kept beside features, and taken later where they are missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from extraction_child import TRANSFORM, extractor_of
from regraft.core import StoreError
from regraft.data import LOOK, Reason, fingerprint_files
from regraft.features.key import look_key
from regraft.images import read_image


@pytest.fixture
def files(tmp_path):
    """Twenty small pictures; one has a twin."""
    paths = [tmp_path / f"{number:02d}.png" for number in range(21)]
    for number, path in enumerate(paths):
        noise = np.random.default_rng(number % 20).integers(0, 256, (9, 8, 3), np.uint8)
        Image.fromarray(noise).save(path)
    return paths


@pytest.fixture
def extractor(tmp_path):
    """An extractor with an engine that is no network; it takes looks."""
    return extractor_of(tmp_path / "features", tmp_path / "log", takes_looks=True)


def expected_looks(files):
    return np.stack([read_image(path, TRANSFORM, looks=True).look for path in files])


def test_looks_are_taken_while_features_are_computed(extractor, files):
    """Afterwards nothing is decoded for them: the files may be gone."""
    expected = expected_looks(files)
    digests = fingerprint_files(files).digests
    extractor.extract(files, digests)
    for path in files:
        path.unlink()
    found = extractor.looks(files, digests)
    assert found.features.dtype == LOOK
    assert found.features.tobytes() == expected.tobytes()
    assert (found.n_computed, found.unreadable, found.rows.tolist()) == (0, (), list(range(21)))
    info = extractor.store.info()
    assert (info.n_rows, info.n_recipes, info.n_looks, info.n_shards) == (20, 1, 20, 2)
    assert (extractor.store.verify().damaged, extractor.store.info()) == ((), info)


def test_missing_looks_are_taken_later(extractor, files):
    """Of features that an earlier version kept; what cannot be read any more is told."""
    extractor_of(extractor.store.folder, extractor.store.folder / "log").extract(
        files, fingerprint_files(files).digests
    )
    assert extractor.store.info().n_looks == 0
    digests = list(fingerprint_files(files).digests)
    expected = expected_looks(files[:-1])
    files[3].write_bytes(b"broken")
    files[5].unlink()
    files[7].write_bytes(files[8].read_bytes())
    digests[9] = None
    found = extractor.looks(files, digests)
    assert found.rows.tolist() == [row for row in range(21) if row not in (3, 5, 7, 9)]
    assert found.features[:3].tobytes() == expected[:3].tobytes()
    reasons = [record.reason for record in found.unreadable]
    assert reasons == [Reason.NOT_AN_IMAGE, Reason.MISSING, Reason.DAMAGED]
    assert (found.n_computed, extractor.store.info().n_looks) == (16, 16)
    assert len(extractor.looks([], []).features) == 0


def test_looks_that_are_there_are_not_taken_again(extractor, files):
    """Another network sees the same images: its looks are those of the first, also where some are missing."""
    digests = fingerprint_files(files).digests
    extractor.looks(files[:5], digests[:5])
    extractor.extract(files, digests)
    assert extractor.store.info().n_looks == 20
    assert extractor.looks(files, digests).features.tobytes() == expected_looks(files).tobytes()


def test_damaged_looks_are_taken_again(extractor, files):
    """A row that is not what was written is never returned."""
    digests = fingerprint_files(files).digests
    extractor.looks(files, digests)
    (shard,) = extractor.store.folder.glob("shards/*/*.safetensors")
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    found = extractor.looks(files, digests)
    assert (found.n_computed, found.features.tobytes()) == (20, expected_looks(files).tobytes())


def test_a_store_that_cannot_be_written_keeps_no_looks(tmp_path, files):
    """They are taken for once, or it is an error, as with features."""
    (tmp_path / "features").write_bytes(b"in the way")
    extractor = extractor_of(tmp_path / "features", tmp_path / "log")
    digests = fingerprint_files(files).digests
    with pytest.raises(StoreError, match="cannot be used"):
        extractor.looks(files, digests)
    once = replace(extractor, must_keep=False)
    assert once.looks(files, digests).features.tobytes() == expected_looks(files).tobytes()


def test_images_in_memory_have_looks_without_a_file(extractor):
    """No format, no bytes."""
    pixels = np.random.default_rng(0).integers(0, 256, (30, 20), np.uint8)
    digest = read_image(pixels, TRANSFORM).digest
    (look,) = extractor.looks([pixels], [digest]).features
    assert look[["width", "height", "n_bytes", "format", "is_grey"]].item() == (20, 30, 0, b"", True)


def test_a_key_names_what_a_look_depends_on():
    """The geometry, because it decides at which scale an image is decoded; no network."""
    key = look_key(TRANSFORM)
    assert (key.transform, key.weights, key.engine, key.dtype) == (TRANSFORM.fingerprint(), "", "", "uint8")
    assert key.fingerprint != look_key(TRANSFORM.model_copy(update={"width": 7})).fingerprint
