from __future__ import annotations

import re

import numpy as np
import pytest
from known_rows import KEY, OTHER_KEY, ask_index, assert_complete, digests_of, rows_of, shards_of

from damaging import damage
from regraft.core import StoreError
from regraft.features import FeatureStore

FOLDED_KEY = KEY.model_copy(update={"dtype": "float16"})


def test_rows_come_back_as_they_were_kept(store):
    """Rows are read in any order, repeated, by another object, with unknown ones marked."""
    wanted = [digests_of(20)[row] for row in (13, 2, 2, 19)] + digests_of(1, 99)
    features, found = FeatureStore(store.folder).read(KEY, wanted)
    np.testing.assert_array_equal(features[:4], rows_of(20)[[13, 2, 2, 19]])
    assert found.tolist() == [True] * 4 + [False]
    assert not features[4].any()


def test_rows_of_another_recipe_are_other_rows(store):
    """The key decides: the same images under another engine are missing."""
    assert store.missing(OTHER_KEY, digests_of(3)) == digests_of(3)
    assert store.missing(KEY, digests_of(22)) == digests_of(2, 20)


def test_an_empty_store_needs_no_folder(tmp_path):
    """Looking into a store that does not exist finds nothing and creates nothing."""
    store = FeatureStore(tmp_path / "none")
    features, found = store.read(KEY, digests_of(2))
    assert features.shape == (2, 0)
    assert not found.any()
    assert store.missing(key=KEY, digests=digests_of(2) * 2) == digests_of(2)
    assert store.info().n_rows == store.clear().n_rows == 0
    assert not store.folder.exists()


def test_rows_are_kept_once(store):
    """Adding known rows again adds no shard; a mixture adds the new ones only."""
    store.add(KEY, digests_of(10), rows_of(10))
    assert len(shards_of(store)) == 2
    store.add(
        KEY, [*digests_of(10), *digests_of(1, 50), *digests_of(1, 50)], np.concatenate([rows_of(10), rows_of(2, 50)])
    )
    assert store.info().n_rows == 21


def test_half_precision_is_kept_and_read_as_such(store):
    """Rows of a float16 key come back as float16, and so do zeros where there is none."""
    rows = rows_of(4) / 3
    store.add(FOLDED_KEY, digests_of(4), rows)
    features, found = store.read(FOLDED_KEY, digests_of(5))
    assert features.dtype == np.float16
    np.testing.assert_array_equal(features[:4], rows.astype(np.float16))
    assert found.tolist() == [True] * 4 + [False]
    nothing, _found = store.read(FOLDED_KEY, digests_of(2, 70))
    assert (nothing.shape, nothing.dtype) == ((2, 0), np.float16)


def test_of_rows_given_twice_the_first_is_kept(store):
    """Repeats within one call are one row."""
    store.add(KEY, digests_of(1, 60) * 3, rows_of(3))
    np.testing.assert_array_equal(store.read(KEY, digests_of(1, 60))[0], rows_of(1))
    assert store.missing(KEY, digests_of(1, 80) * 2 + digests_of(1)) == digests_of(1, 80)


def test_a_missing_shard_is_missing_rows(store):
    """Deleting a shard by hand loses its rows only."""
    shards_of(store)[0].unlink()
    _features, found = store.read(KEY, digests_of(20))
    assert found.sum() == 10
    assert len(store.missing(KEY, digests_of(20))) == 10


def test_what_a_dead_writer_left_is_finished_by_the_next(store):
    """Its mark says so: the shard that it did not enter is entered, what is half written goes, and then the mark."""
    first = shards_of(store)[0]
    ask_index(
        store,
        "DELETE FROM entries WHERE shard = (SELECT id FROM shards WHERE name = :name)",
        "DELETE FROM shards WHERE name = :name",
        name=first.name,
    )
    halves = [first.with_name(".half.tmp"), *(store.folder / f".rebuilt.sqlite{ending}" for ending in ("", "-journal"))]
    for half in halves:
        half.touch()
    store.require_writable()
    assert len(store.missing(KEY, digests_of(20))) == 10, "without a mark nobody has died"
    assert all(half.exists() for half in halves)
    (store.folder / "writing").touch()
    store.require_writable()
    assert not any(half.exists() for half in halves)
    assert_complete(store)
    assert not (store.folder / "writing").exists()


def test_a_writer_marks_its_work_until_it_is_done(store):
    """A write that fails leaves the mark, so that the next one looks what became of it; one that succeeds does not."""
    with pytest.raises(IndexError):
        store.add(KEY, digests_of(1, 30), rows_of(0))
    assert (store.folder / "writing").exists()
    store.add(KEY, digests_of(1, 30), rows_of(1))
    assert not (store.folder / "writing").exists()


def test_verify_lists_shards_that_the_index_does_not_know(store):
    """A shard whose writer died before entering it is found by a check, and its rows are there."""
    ask_index(store, "DELETE FROM shards WHERE id = 1", "DELETE FROM entries WHERE shard = 1")
    assert len(store.missing(KEY, digests_of(20))) == 10
    assert store.verify().n_unlisted == 1
    assert_complete(store)


def test_verify_removes_what_is_damaged_and_names_it(store):
    """Damage that no reading has met is found; the other shards stay. Nothing is checked where nothing is."""
    first, second = shards_of(store)
    first.write_bytes(first.read_bytes()[:-1])
    found = store.verify()
    assert (found.n_shards, found.damaged, found.n_unlisted) == (2, (first.name,), 0)
    assert shards_of(store) == [second]
    assert store.verify().n_shards == 1
    nowhere = FeatureStore(store.folder / "nowhere")
    assert (nowhere.verify().n_shards, nowhere.reindex()) == (0, None)
    assert not nowhere.folder.exists()


def test_a_file_that_is_no_shard_is_removed_when_the_index_is_made(store):
    """What cannot be opened holds no rows; a file that another system hides beside a shard is let be."""
    (first, _second), folder = shards_of(store), shards_of(store)[0].parent
    broken, hidden = folder / "broken.safetensors", folder / f"._{first.name}"
    for path in (broken, hidden):
        path.write_bytes(b"no shard")
    store.reindex()
    assert hidden.exists()
    assert not broken.exists()
    assert store.info().n_shards == 2
    assert_complete(store)


def test_info_counts_what_is_there(store):
    """Rows, recipes, shards, and the bytes of every file."""
    store.add(OTHER_KEY, digests_of(3), rows_of(3))
    info = store.info()
    assert (info.folder, info.n_rows, info.n_recipes, info.n_shards) == (store.folder, 23, 2, 3)
    assert info.n_bytes == sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())
    empty = FeatureStore(store.folder / "nowhere").info()
    assert (empty.n_rows, empty.n_recipes, empty.n_shards, empty.n_bytes) == (0, 0, 0, 0)


def test_clear_removes_everything(store):
    """After clearing there is no folder; what was there is told."""
    before = store.clear()
    assert (before.n_rows, before.n_shards, before.n_recipes) == (20, 2, 1)
    assert not store.folder.exists()


def test_a_store_that_cannot_be_used_says_so_in_a_sentence(store):
    """What the system refused, where, what became of the rest, and what to do."""
    (store.folder / "lock.sqlite").unlink()
    (store.folder / "lock.sqlite").mkdir()
    sentence = (
        f"The feature store in {store.folder} cannot be used: {store.folder / 'lock.sqlite'}: unable to open database "
        "file. What was kept before is intact. Free some space, or choose another folder with REGRAFT_CACHE."
    )
    with pytest.raises(StoreError, match=f"^{re.escape(sentence)}$"):
        store.require_writable()
    assert_complete(store)


@pytest.mark.parametrize("case", range(40))
def test_any_damage_to_a_shard_is_found_and_healed(store, case):
    """A byte changed or the end cut off anywhere in a shard: its rows go missing and can be added again."""
    path = shards_of(store)[0]
    damage(path, np.random.default_rng(case))
    features, found = store.read(KEY, digests_of(20))
    np.testing.assert_array_equal(features[found], rows_of(20)[found])
    verification = store.verify()
    assert len(verification.damaged) <= 1
    missing = store.missing(KEY, digests_of(20))
    lost = [row for row, digest in enumerate(digests_of(20)) if digest in missing]
    store.add(KEY, [digests_of(20)[row] for row in lost], rows_of(20)[lost])
    assert_complete(store)
    assert not store.verify().damaged
