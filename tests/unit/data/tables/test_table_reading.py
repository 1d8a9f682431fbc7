from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from regraft.core import DataError, OptionError
from regraft.data.problems import find_problems
from regraft.data.reading import Reading
from regraft.data.tables.table_reading import read_table


def test_all_columns(table, tmp_path):
    """Path, label, split and group come out sorted by path, relative to the table's folder."""
    manifest = read_table(table("label,path,split,group\n10,b.jpg,Testing,g\n9,a/a.jpg,train,\n,../c.jpg,VALID,g\n"))
    assert manifest.root == tmp_path.resolve()
    assert manifest.paths == ("../c.jpg", "a/a.jpg", "b.jpg")
    assert manifest.class_names == ("9", "10")
    assert manifest.labels.tolist() == [-1, 0, 1]
    assert manifest.splits == ("val", "train", "test")
    assert manifest.groups == ("g", None, "g")


def test_paths_alone(table):
    """A table of paths is a manifest without labels, splits and groups."""
    manifest = read_table(table("path\na.jpg\n"))
    assert manifest.labels.tolist() == [-1]
    assert manifest.splits == manifest.groups == (None,)


@pytest.mark.parametrize("path", ["file", "filename", "file_name", "Image", " PATH "])
@pytest.mark.parametrize("label", ["class", "category", "Label"])
def test_aliases(table, path, label):
    """Columns have the names that people give them, in any case."""
    manifest = read_table(table(f"{path},{label}\na.jpg,cat\n"))
    assert (manifest.paths, manifest.class_names) == (("a.jpg",), ("cat",))


def test_the_first_alias_wins(table):
    """Where several columns could be meant, the plainest name is."""
    manifest = read_table(table("image,class,label,path\nx.jpg,7,cat,a.jpg\n"))
    assert (manifest.paths, manifest.class_names) == (("a.jpg",), ("cat",))


def test_parquet_and_csv_agree(tmp_path, table):
    """Numbers in Parquet are the same labels as their text in CSV, also where gaps made them fractions."""
    text = read_table(table("path,label\na.jpg,2\nb.jpg,\nc.jpg,10\n"))
    columns = {"path": ["a.jpg", "b.jpg", "c.jpg"], "label": [2.0, float("nan"), 10.0]}
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    binary = read_table(tmp_path / "t.parquet")
    assert text.paths == binary.paths
    assert text.class_names == binary.class_names == ("2", "10")
    np.testing.assert_array_equal(text.labels, binary.labels)


def test_other_columns_are_kept_where_they_make_parts(table):
    """Texts that come back and numbers, in the order of the images; no names, no counts, no second label."""
    rows = [f"{9 - n}.jpg,cat,{'AB'[n % 2]},{n / 2},note {n},{n},dog" for n in range(8)]
    manifest = read_table(table("path,label,site,age,note,Unnamed: 0,species\n" + "\n".join(rows) + "\n"))
    assert dict(manifest.columns) == {
        "site": ("B", "A", "B", "A", "B", "A", "B", "A"),
        "age": ("3.5", "3.0", "2.5", "2.0", "1.5", "1.0", "0.5", "0.0"),
    }
    assert dict(manifest.select([7, 0]).columns) == {"site": ("A", "B"), "age": ("0.0", "3.5")}


def test_other_columns_that_cannot_be_read_are_passed_over(tmp_path):
    """Dates that no calendar has are no error in a column that nobody asked for."""
    far = pa.array([10**15, 10**15, 0, 0], pa.timestamp("s"))
    columns = {"path": ["a.jpg", "b.jpg", "c.jpg", "d.jpg"], "taken": far, "site": ["A", "B", "A", "B"]}
    columns |= {"label": ["cat", "dog"] * 2, "split": ["train", "test"] * 2}
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    assert set(read_table(tmp_path / "t.parquet").columns) == {"site"}


def test_pictures_in_other_columns_are_not_read(tmp_path):
    """Columns that play no role may hold anything."""
    parquet.write_table(pa.table({"path": ["a.jpg"], "pixels": [{"bytes": b"x"}]}), tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").paths == ("a.jpg",)


def test_the_order_of_rows_does_not_matter(table):
    """Two tables with the same rows give the same manifest."""
    one = read_table(table("path,label\nb.jpg,x\na.jpg,y\na.jpg,x\n"))
    two = read_table(table("path,label\na.jpg,x\nb.jpg,x\na.jpg,y\n"))
    assert one.paths == two.paths == ("a.jpg", "a.jpg", "b.jpg")
    assert one.labels.tolist() == two.labels.tolist() == [0, 1, 0]


def test_absolute_paths(table, tmp_path):
    """An absolute path below the table's folder becomes relative to it; another one stays."""
    manifest = read_table(table(f"path\n{tmp_path.resolve()}/cat/a.jpg\n/elsewhere/b.jpg\n"))
    assert manifest.paths == ("/elsewhere/b.jpg", "cat/a.jpg")


def test_backslashes(table, tmp_path):
    """A table that was written on Windows works; a file that has a backslash in its name, too."""
    (tmp_path / "real\\name.jpg").write_text("x")
    assert read_table(table("path\ncat\\a.jpg\nreal\\name.jpg\n")).paths == ("cat/a.jpg", "real\\name.jpg")


def test_groups_by_column(table):
    """Any column can name the groups, instead of the one called group."""
    manifest = read_table(table("path,group,pole id\na.jpg,x,7\nb.jpg,x,\n"), Reading(group_by="pole id"))
    assert manifest.groups == ("7", None)


def test_groups_by_pattern(table):
    """What is no column is a regular expression on the path."""
    assert read_table(table("path\n1_a.jpg\n2_a.jpg\n"), Reading(group_by=r"(\d+)_")).groups == ("1", "2")


def test_a_column_that_is_not_there(table):
    """A plain word that is no column is a mistake, never a pattern that happens to match."""
    with pytest.raises(OptionError, match=r"no column 'jpg' to group by\. It has: path, label"):
        read_table(table("path,label\na.jpg,1\n"), Reading(group_by="jpg"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name,label\na,1\n",
            "no column 'path'. It has: name, label. Name the column .* with --path-column, or call it",
        ),
        ("a,b,label\n1.jpg,2.png,1\n", "It has: a, b, label. Of these, a, b hold names of images"),
        ("path,label\n", "no rows below its header"),
        ("path,label\na.jpg,1\n\n  ,2\n", "line 4, column 'path': the path is empty"),
        ("path,subset\na.jpg,train\nb.jpg,spare\n", "line 3, column 'subset': 'spare' is no split; a split is train"),
    ],
)
def test_rows_that_make_no_sense(table, text, message):
    """Errors name the place and the column."""
    with pytest.raises(DataError, match=message):
        read_table(table(text))


def codes(manifest):
    """The kinds of remarks."""
    return [remark.code for remark in manifest.remarks]


def test_minus_one_is_no_label(table, photos):
    """As in TFRecord and Parquet; beside nothing but 1, or beside other negative numbers, it is a class."""
    photos("a.jpg", "b.jpg", "c.jpg")
    manifest = read_table(table("path,label\na.jpg,-1\nb.jpg,0\nc.jpg,3\n"))
    assert (manifest.labels.tolist(), manifest.class_names) == ([-1, 0, 1], ("0", "3"))
    assert (codes(manifest), manifest.remarks[0].examples) == (["label_minus_one"], ("a.jpg",))
    assert read_table(table("path,label\na.jpg,-1\nb.jpg,1\n")).class_names == ("-1", "1")
    assert read_table(table("path,label\na.jpg,-1\nb.jpg,-2\n")).class_names == ("-2", "-1")
    assert read_table(table("path,label\na.jpg,-1\nb.jpg,-1\n")).labels.tolist() == [-1, -1]


def test_a_path_with_two_labels_is_told(table, photos):
    """The same image in two rows is a copy of itself, and under two labels a contradiction."""
    photos("a.jpg", "b.jpg")
    manifest = read_table(table("path,label\na.jpg,cat\na.jpg,dog\nb.jpg,cat\nb.jpg,cat\n"))
    found = find_problems(manifest, ["1", "1", "2", "2"], (), (None,) * 4)
    counts = {finding.code: finding.n for finding in found}
    assert (counts["duplicates"], counts["contradicting_labels"]) == (2, 1)


@pytest.mark.parametrize(
    "values",
    [
        [True, False],
        [1.0, 0.0],
        [[1], [0]],
        [b"1", b"0"],
        pa.array(["1", "0"]).dictionary_encode(),
        pa.array([1, 0], pa.decimal128(9, 2)),
        pa.array([1, 0], pa.int8()),
    ],
)
def test_labels_of_every_type(values, tmp_path, photos):
    """A label is the same label whatever type its column has."""
    photos("a.jpg", "b.jpg")
    parquet.write_table(pa.table({"path": ["a.jpg", "b.jpg"], "label": values}), tmp_path / "t.parquet")
    manifest = read_table(tmp_path / "t.parquet")
    names = ("False", "True") if values[0] is True else ("0", "1")
    assert (manifest.class_names, manifest.labels.tolist()) == (names, [1, 0])


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_table_names_files_of_a_latin_1_disk(tmp_path, encoding):
    """A table in Unicode, or as old as its files, finds a file whose name has a byte for each letter."""
    (tmp_path / "caf\udce9.jpg").write_bytes(b"x")
    (tmp_path / "plain.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_bytes("path,label\ncaf\u00e9.jpg,a\nplain.jpg,b\n".encode(encoding))
    manifest = read_table(tmp_path / "labels.csv")
    assert manifest.paths == ("caf\udce9.jpg", "plain.jpg")
    assert all(path.is_file() for path in manifest.files())


def test_accents_may_be_written_in_two_ways(tmp_path):
    """A table from Windows finds files that were copied from a Mac."""
    (tmp_path / "e\u0301.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_text("path,label\n\u00e9.jpg,a\n", "utf-8")
    assert read_table(tmp_path / "labels.csv").paths == ("e\u0301.jpg",)


def test_odd_separators_belong_to_names(tmp_path):
    """A list of files is cut at line ends only."""
    names = ["a\u2028b.jpg", "c\x0b.jpg", "d\u0085.jpg"]
    (tmp_path / "files.txt").write_text("".join(f"{name}\n" for name in names), "utf-8")
    assert sorted(read_table(tmp_path / "files.txt").paths) == sorted(names)
