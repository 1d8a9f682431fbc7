"""Bytes that change on the disk, and files that are cut off or deleted."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

from damaging import damage
from extraction_child import computed_images, extract, images_of
from regraft.core import StoreError
from regraft.features import FeatureStore, shards

pytestmark = pytest.mark.slow

N_ROWS = 6
N_KEPT = 3 * N_ROWS
N_FILES = N_KEPT + 4
"""Three shards of six rows are damaged; four more images are then asked for, so that there is writing as well."""


@pytest.fixture(scope="module")
def files(tiny_images):
    """The images of these tests."""
    return images_of(tiny_images)[:N_FILES]


@pytest.fixture(scope="module")
def kept(files, tmp_path_factory):
    """A store of three shards; the tests work on copies."""
    folder = tmp_path_factory.mktemp("kept")
    for start in range(0, N_KEPT, N_ROWS):
        extract(files[start : start + N_ROWS], folder / "features", folder / "log")
    return folder / "features"


@pytest.fixture
def store(kept):
    """A copy to damage, in memory where the system has such a place: a disk's slowness proves nothing here."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of a random name in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield shutil.copytree(kept, Path(folder) / "features")


def shards_of(store):
    return sorted(store.glob("shards/*/*.safetensors"))


@pytest.fixture
def assert_healed(files, uninterrupted, tmp_path):
    """Checks that the next extraction gives the right bits, and that a check then leaves nothing wrong.

    Damage that no reading meets (a key inside a shard, a free page of the index) may remain until the check.
    """

    def check(store):
        for prepare in (FeatureStore.info, FeatureStore.verify):
            prepare(FeatureStore(store))
            healed = extract(files, store, tmp_path / "log")
            np.testing.assert_array_equal(healed.features, uninterrupted.features[:N_FILES])
        assert FeatureStore(store).info().n_rows == N_FILES
        assert not FeatureStore(store).verify().damaged
        return computed_images(tmp_path / "log").total()

    return check


@pytest.mark.parametrize("case", range(80))
def test_any_damage_to_a_shard_is_found_and_healed(case, store, assert_healed):
    """A byte changed or the end cut off: the right features come back, for one shard's work at most."""
    rng = np.random.default_rng(case)
    damage(shards_of(store)[int(rng.integers(3))], rng)
    assert assert_healed(store) <= N_FILES - N_KEPT + N_ROWS


@pytest.mark.parametrize("case", range(60))
def test_any_damage_to_the_index_is_found_and_healed(case, store, assert_healed):
    """A byte changed or the end cut off: the right features come back."""
    damage(store / "catalogue.sqlite", np.random.default_rng(1000 + case))
    assert_healed(store)


@pytest.mark.parametrize("place", range(100))
def test_any_damage_to_the_header_of_the_index_is_found_and_healed(place, store, assert_healed):
    """SQLite's header of 100 bytes says how to read and write the rest: each of them may be wrong."""
    damage(store / "catalogue.sqlite", np.random.default_rng(2000 + place), first=place, last=place + 1)
    assert_healed(store)


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_an_index_that_asks_for_another_way_of_writing_is_healed(number, store, assert_healed):
    """The two bytes that make SQLite refuse to write, or write ahead into another file, do no harm."""
    path = store / "catalogue.sqlite"
    for places in ((18,), (19,), (18, 19)):
        raw = bytearray(path.read_bytes())
        for place in places:
            raw[place] = number
        path.write_bytes(raw)
        assert_healed(store)


def test_damage_everywhere_at_once_is_healed(store, assert_healed):
    """With every file damaged, everything is computed again."""
    for number, path in enumerate([*shards_of(store), store / "catalogue.sqlite"]):
        raw = bytearray(path.read_bytes())
        raw[len(raw) - 10 * (number + 1)] ^= 1
        path.write_bytes(raw)
    assert_healed(store)


@pytest.mark.parametrize("leftover", ["nothing", "journal", "rebuilt", "empty file", "folder of the dead"])
def test_a_deleted_index_is_made_again_and_nothing_computed(leftover, files, store, uninterrupted, tmp_path):
    """The shards are the truth, whatever else lies beside them."""
    path = store / "catalogue.sqlite"
    path.unlink()
    if leftover == "journal":
        (store / "catalogue.sqlite-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(1000))
    if leftover == "rebuilt":
        (store / ".rebuilt.sqlite").write_bytes(b"SQLite format 3\0 and no more")
        (store / ".rebuilt.sqlite-journal").write_bytes(b"half a journal")
    if leftover == "empty file":
        path.touch()
    if leftover == "folder of the dead":
        (store / "shards" / "0" / ".dead.tmp").parent.mkdir()
        (store / "shards" / "0" / ".dead.tmp").write_bytes(b"half a shard")
        (store / "writing").touch()
    again = extract(files[:N_KEPT], store, tmp_path / "log")
    assert again.n_computed == 0
    np.testing.assert_array_equal(again.features, uninterrupted.features[:N_KEPT])
    extract(files, store, tmp_path / "log")
    if leftover != "journal":
        assert not list(store.rglob(".*"))


def test_a_foreign_file_among_the_shards_is_no_shard(store, assert_healed):
    """Another file with a shard's ending is never believed."""
    folder = shards_of(store)[0].parent
    (folder / "notes.safetensors").write_text("bring milk")
    (folder / f"{'0' * 64}.safetensors").write_bytes(shards_of(store)[0].read_bytes())
    assert assert_healed(store) == N_FILES - N_KEPT


def test_a_lock_file_with_something_in_it_is_refused_in_a_sentence(files, store, tmp_path):
    """Where the lock cannot be had, the error says which file is in the way."""
    (store / "lock.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match=r"lock\.sqlite"):
        extract(files, store, tmp_path / "log")


def test_a_shard_that_the_system_does_not_open_is_not_taken_for_damaged(files, store, tmp_path, monkeypatch):
    """Too many open files is an error in a sentence, and no reason to throw features away."""

    def refuse(path):
        raise OSError(errno.EMFILE, "Too many open files", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(shards, "read_tensor_header", refuse)
        patch.setattr(shards, "digest_file", refuse)
        for attempt in (lambda: extract(files, store, tmp_path / "log"), FeatureStore(store).verify):
            with pytest.raises(StoreError, match="Too many open files"):
                attempt()
        (store / "catalogue.sqlite").unlink()
        with pytest.raises(StoreError, match="Too many open files"):
            extract(files, store, tmp_path / "log")
    assert len(shards_of(store)) == 3
    assert extract(files[:N_KEPT], store, tmp_path / "log2").n_computed == 0
