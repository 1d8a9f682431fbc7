from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from regraft.core import DataError
from regraft.data import Reading, packing, read_manifest
from regraft.data.packing import PackedTexts, TextPacker, filled, mapped, packed, sorted_rows, taken

TEXTS = st.lists(st.text(st.characters(exclude_categories=()), max_size=9) | st.none(), max_size=12)


@pytest.fixture
def small(monkeypatch):
    """Columns are packed however short they are."""
    monkeypatch.setattr(packing, "_N_KEPT_ANYWAY", 0)


def pack(texts):
    packer = TextPacker()
    packer.is_packing = True
    packer.add(texts)
    return packer.done()


@given(TEXTS, st.data())
def test_packed_texts_are_the_same_sequence(texts, data):
    """Each text, in any language and with any byte of a file's name, every part, and what is asked of columns."""
    found = pack(texts)
    assert list(found) == texts
    assert found == texts
    assert tuple(texts) == found
    assert found != [*texts, "more"]
    assert [found[row] for row in range(-len(texts), len(texts))] == texts * 2
    assert found[::2] == texts[::2]
    assert filled(found).tolist() == filled(texts).tolist() == list(map(bool, texts))
    rows = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1)) if texts else st.just([])), np.int64)
    assert taken(found, rows) == taken(texts, rows) == tuple(texts[row] for row in rows)


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=()), max_size=9), st.integers(0, 2)), max_size=12))
def test_packed_texts_are_sorted_as_texts(rows):
    """By their characters, equal ones by a number, and else in their order."""
    texts, numbers = [row[0] for row in rows], np.array([row[1] for row in rows], np.int64)
    wanted = sorted(range(len(rows)), key=rows.__getitem__)
    assert sorted_rows(pack(texts), numbers).tolist() == sorted_rows(texts, numbers).tolist() == wanted


@pytest.mark.usefixtures("small")
def test_texts_that_repeat_stay_texts():
    """A column is packed where nearly each text is another one, and else holds each text once."""
    names = [f"{row}.jpg" for row in range(9)]
    assert isinstance(packed(iter(names)), PackedTexts)
    classes = packed(f"species {row % 2}" for row in range(9_000))
    assert isinstance(classes, tuple)
    assert len({id(name) for name in classes}) == 2


def test_what_stays_as_it_is_is_not_copied():
    """A change that changes nothing gives back what was given."""
    texts = pack(["a", "b"])
    assert mapped(texts, str) is texts
    assert mapped(texts, str.upper) == ("A", "B")


ROWS = [("b 1.jpg", "cat", "train"), ("a.jpg", " dog", "test"), ("", "", ""), ("ä.jpg ", "cat", "train")]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
@pytest.mark.parametrize("root", ["", "images/"])
def test_large_tables_are_read_as_small_ones(tmp_path, monkeypatch, name, root):
    """Packed or not, a table is the same manifest: with blanks, empty rows, folders, and paths from the root."""
    folder = f"{tmp_path}/{root}" if root else ""
    rows = [(path and folder + path, label, split) for path, label, split in ROWS]
    rows += [(f"{folder}{number:03d}/./{number}.jpg", "owl", "test") for number in range(30)]
    columns = dict(zip(("path", "label", "split"), zip(*rows, strict=True), strict=True))
    if name == "t.csv":
        lines = [",".join(row) for row in [columns, *rows]]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    else:
        parquet.write_table(pa.table({key: list(cells) for key, cells in columns.items()}), tmp_path / name)
    large = read_manifest(tmp_path / name, Reading(root=tmp_path))
    monkeypatch.setattr(packing, "_N_KEPT_ANYWAY", 1000)
    usual = read_manifest(tmp_path / name, Reading(root=tmp_path))
    assert isinstance(large.paths, PackedTexts)
    assert isinstance(usual.paths, tuple)
    assert large.paths == usual.paths
    assert (large.splits, large.label_names, large.groups) == (usual.splits, usual.label_names, usual.groups)
    assert large.remarks == usual.remarks
    assert large.select(large.labels == 0).paths == usual.select(usual.labels == 0).paths
    assert large.files() == usual.files()
    assert large.with_groups_from("[^/]+$").groups == usual.with_groups_from("[^/]+$").groups


@pytest.mark.usefixtures("small")
def test_a_large_text_column_that_is_no_text(tmp_path):
    """Bytes that are no UTF-8 in a packed column are a damaged file, told at once."""
    n_rows = 1 << 17
    content = b"".join(b"%07d" % row for row in range(n_rows - 1)) + b"\xff\xff\xff\xffabc"
    ends = np.arange(0, 7 * n_rows + 1, 7, dtype=np.int32)
    texts = pa.Array.from_buffers(pa.string(), n_rows, [None, pa.py_buffer(ends), pa.py_buffer(content)])
    parquet.write_table(pa.table({"path": texts}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"no readable Parquet file: .*UTF-?8"):
        read_manifest(tmp_path / "t.parquet", Reading(root=tmp_path))
