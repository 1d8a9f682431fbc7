"""Features come from the store where they are there, and go into it where not; each file is accounted for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from extraction_child import KEY, computed_images, extractor_of, images_of
from regraft.core import InterruptedRunError, StoreError
from regraft.data import fingerprint_files
from regraft.features import FeatureStore


@pytest.fixture
def files(tmp_path):
    """Six images: the third is none, the sixth a copy of the first."""
    for number in range(6):
        pixels = np.random.default_rng(number % 5).integers(0, 256, (9, 8, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    (tmp_path / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return images_of(tmp_path)


@pytest.fixture
def digests(files):
    """Their content hashes."""
    return fingerprint_files(files).digests


@pytest.fixture
def extractor(tmp_path):
    """With a store of its own."""
    return extractor_of(tmp_path / "store", tmp_path / "log")


def test_what_is_kept_is_not_computed_again(extractor, files, digests, tmp_path):
    """Each content once: a copy gets the row of what it is a copy of, and a second extraction reads."""
    first, second = (extractor.extract(files, digests) for _time in range(2))
    assert first.rows.tolist() == second.rows.tolist() == [0, 1, 3, 4, 5]
    assert (first.n_computed, second.n_computed) == (4, 0)
    assert (first.features == second.features).all()
    assert (first.features[0] == first.features[4]).all()
    assert set(computed_images(tmp_path / "log").values()) == {1}


def test_what_cannot_be_read_is_reported(extractor, files, digests):
    """By its name, each file that has such a content; what is known to be unreadable is not reported again."""
    found = extractor.extract([*files, files[2]], [*digests, digests[2]])
    assert [record.path for record in found.unreadable] == [str(files[2])] * 2
    known = [digest if row != 2 else None for row, digest in enumerate(digests)]
    assert extractor.extract(files, known).unreadable == ()


def test_what_is_damaged_is_computed_again(extractor, files, digests):
    """A byte of the store is another: the features are what they were."""
    first = extractor.extract(files, digests)
    (shard,) = extractor.store.folder.glob("shards/*/*.safetensors")
    content = bytearray(shard.read_bytes())
    content[-7] ^= 1
    shard.write_bytes(content)
    second = replace(extractor, store=FeatureStore(extractor.store.folder)).extract(files, digests)
    assert second.n_computed > 0
    assert (second.features == first.features).all()


def test_nothing_new_is_kept_where_it_shall_not_be(extractor, files, digests):
    """What is in the store is read, the others are computed each time, and the store stays as it is."""
    whole = replace(extractor, store=FeatureStore(extractor.store.folder.with_name("whole"))).extract(files, digests)
    extractor.extract(files[:2], digests[:2])
    for _time in range(2):
        found = replace(extractor, keeps_new=False).extract(files, digests)
        assert found.n_computed == 2
        assert (found.features == whole.features).all()
    assert len(extractor.store.missing(KEY, [digest for digest in digests if digest is not None])) == 3


def test_a_store_that_cannot_be_written_is_an_error_or_done_without(extractor, files, digests):
    """As the extractor says."""
    extractor.store.folder.write_bytes(b"no folder")
    with pytest.raises(StoreError, match="cannot be used"):
        extractor.extract(files, digests)
    assert replace(extractor, must_keep=False).extract(files, digests).n_computed == 4


def test_a_stop_keeps_what_is_finished(extractor, files, digests):
    """And says how much that is."""

    class Stopped:
        """An engine that is stopped before the first image."""

        batch_size = 2

        def stream(self, batches):
            """Nothing."""
            raise KeyboardInterrupt
            yield from batches

    with pytest.raises(InterruptedRunError, match="0 images of 5 finished and kept"):
        extractor.opened_by(Stopped).extract(files, digests)
    assert extractor.extract(files, digests).n_computed == 4
