"""Several processes compute each image once among them, and each ends with all features: on one disk or on several."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from extraction_child import KEY, computed_images, extractor_of, images_of
from regraft.data import fingerprint_files, fingerprint_manifest, read_manifest
from regraft.features import FeatureStore
from thread_peers import in_peers


@pytest.fixture
def files(tmp_path):
    """Eleven images: the third is none, the last a copy of the first."""
    folder = tmp_path / "images" / "a"
    folder.mkdir(parents=True)
    for number in range(11):
        pixels = np.random.default_rng(number % 10).integers(0, 256, (9, 8, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02d}.png")
    (folder / "02.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return images_of(folder)


@pytest.fixture
def digests(files):
    """Their content hashes."""
    return fingerprint_files(files).digests


@pytest.fixture
def alone(files, digests, tmp_path):
    """What one process computes."""
    return extractor_of(tmp_path / "alone", tmp_path / "alone.log").extract(files, digests)


def shared(files, digests, folders, log):
    """Extractions of processes with a disk each, or one for several."""

    def work(peers):
        own = replace(extractor_of(folders[peers.rank], log(peers.rank)), peers=peers)
        return own.extract(files, digests)

    return in_peers(len(folders), work)


@pytest.mark.parametrize("n_disks", [1, 3])
def test_each_image_is_computed_once_among_all(files, digests, alone, tmp_path, n_disks):
    """A third of the images each; all have the same rows, as one process would have."""
    folders = [tmp_path / f"disk{rank % n_disks}" for rank in range(3)]
    found = shared(files, digests, folders, lambda rank: tmp_path / f"{rank}.log")
    for each in found:
        assert each.rows.tolist() == alone.rows.tolist()
        assert (each.features == alone.features).all()
        assert each.n_computed == 9
        assert [record.reason for record in each.unreadable] == [record.reason for record in alone.unreadable]
    counts = [computed_images(tmp_path / f"{rank}.log") for rank in range(3)]
    assert [sum(count.values()) for count in counts] == [3, 3, 3]
    assert all(not FeatureStore(folder).missing(KEY, [digests[0], digests[9]]) for folder in folders)


def test_what_one_has_the_others_are_given(files, digests, alone, tmp_path):
    """A machine that is new to the job, or was at it before: only what nobody has is computed."""
    extractor_of(tmp_path / "disk0", tmp_path / "before.log").extract(files[:5], digests[:5])
    extractor_of(tmp_path / "disk1", tmp_path / "before.log").extract(files[3:7], digests[3:7])
    found = shared(files, digests, [tmp_path / "disk0", tmp_path / "disk1"], lambda _rank: tmp_path / "after.log")
    assert all((each.features == alone.features).all() for each in found)
    assert sum(computed_images(tmp_path / "after.log").values()) == 3


def test_a_store_that_cannot_be_written_shares_nothing(files, digests, alone, tmp_path):
    """Then each computes for itself."""

    def work(peers):
        own = extractor_of(tmp_path / f"disk{peers.rank}", tmp_path / f"{peers.rank}.log")
        return replace(own, peers=peers, keeps_new=peers.rank > 0).extract(files, digests)

    found = in_peers(2, work)
    assert all((each.features == alone.features).all() for each in found)
    assert [each.n_computed for each in found] == [9, 9]


def test_hashing_is_shared(files):
    """Each process reads its stretch of the files; all know all hashes, and what cannot be read."""
    (files[4]).write_bytes(b"")
    manifest = read_manifest(files[0].parents[1])
    one = fingerprint_manifest(manifest)
    assert one.unreadable
    assert all(each == one for each in in_peers(3, lambda peers: fingerprint_manifest(manifest, peers=peers)))
