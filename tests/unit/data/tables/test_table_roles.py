from __future__ import annotations

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from regraft.core import DataError, OptionError
from regraft.data.reading import Reading
from regraft.data.tables import columns as columns_module
from regraft.data.tables.table_reading import read_table


def codes(manifest):
    """The kinds of remarks."""
    return [remark.code for remark in manifest.remarks]


@pytest.mark.parametrize("path", ["id", "image_id", "ImageId", "Image ID", "img", "photo", "file path", "image-name"])
@pytest.mark.parametrize("label", ["labels", "breed", "class_name", "Class Name", "species", "dx", "categories"])
def test_names_that_people_give_their_columns(table, path, label):
    """Case, blanks and signs do not matter; names of identifiers count where no plainer one is there."""
    manifest = read_table(table(f"{path},other,{label}\na.jpg,7,cat\n"))
    assert (manifest.paths, manifest.class_names) == (("a.jpg",), ("cat",))
    assert codes(manifest) == ["no_file_found"]


def test_what_spreadsheets_leave(table, photos):
    """Empty rows and columns, an index, a line that names the delimiter, quotes and blanks around names."""
    photos("a.jpg", "b.jpg")
    for text in (
        "path,label\na.jpg,cat\nb.jpg,dog\n,\n,\n\n",
        "path,label,\na.jpg,cat,\nb.jpg,dog,\n",
        "path,label\na.jpg,cat,,\nb.jpg,dog,,\n",
        "path;label;;;\na.jpg;cat;;;\nb.jpg;dog;;;\n;;;;\n",
        "sep=;\npath;label\na.jpg;cat\nb.jpg;dog\n",
        "\ufeffsep=,\n path , label \na.jpg , cat\nb.jpg, dog\n",
        "Unnamed: 0,path,label\n0,a.jpg,cat\n1,b.jpg,dog\n",
        ",path,label\n0,a.jpg,cat\n1,b.jpg,dog\n",
        '"path"|"label"\n"a.jpg"|"cat"\n"b.jpg"|"dog"\n',
    ):
        manifest = read_table(table(text))
        assert (manifest.paths, manifest.class_names, manifest.remarks) == (("a.jpg", "b.jpg"), ("cat", "dog"), ())


def test_columns_that_are_recognised_by_what_they_hold(table, photos):
    """One column of image names, and one other that repeats as labels do: used, and told with the way to say it."""
    photos("a.jpg", "b.jpg", "c.jpg")
    rows = "0,a.jpg,collie,3.5\n1,b.jpg,pug,9.25\n2,c.jpg,pug,4.75\n"
    manifest = read_table(table(f",photograph,dog,weight\n{rows}"))
    assert (manifest.paths, manifest.class_names) == (("a.jpg", "b.jpg", "c.jpg"), ("collie", "pug"))
    assert codes(manifest) == ["guessed_path_column", "guessed_label_column"]
    assert all(
        "column 'dog'" in remark.message or "column 'photograph'" in remark.message for remark in manifest.remarks
    )
    said = Reading(path_column="Photograph", label_column="weight")
    assert read_table(table(f",photograph,dog,weight\n{rows}"), said).class_names == ("3.5", "4.75", "9.25")
    with pytest.raises(OptionError, match=r"no column 'dogs' \(--label-column\)\. It has: "):
        read_table(table(f",photograph,dog,weight\n{rows}"), Reading(label_column="dogs"))


def test_columns_that_nobody_can_choose(table, photos):
    """Two columns that can both be the labels: none is taken, all are listed; two with known names: the first."""
    photos("a.jpg", "b.jpg")
    manifest = read_table(table("path,colour,shape\na.jpg,red,round\nb.jpg,blue,square\n"))
    assert (manifest.class_names, codes(manifest)) == ((), ["no_label_column"])
    assert "It has: path, colour, shape" in manifest.remarks[0].message
    assert "--label-column" in manifest.remarks[0].message
    manifest = read_table(table("path,class_id,class_name\na.jpg,1,red\nb.jpg,2,blue\n"))
    assert (manifest.class_names, codes(manifest)) == (("blue", "red"), ["several_label_columns"])


def test_ones_and_zeros(table, photos):
    """A column for each class and exactly one 1 in each row are labels; otherwise it is said why not."""
    photos("a.jpg", "b.jpg", "c.jpg")
    manifest = read_table(table("image,MEL,NV,UNK\na,1.0,0.0,0\nb,0.0,1.0,0\nc,0.0,1.0,0\n"))
    assert [manifest.class_names[label] for label in manifest.labels] == ["MEL", "NV", "NV"]
    assert codes(manifest) == ["one_hot_labels", "guessed_files"]
    manifest = read_table(table("path,cat,dog\na.jpg,1,1\nb.jpg,0,1\nc.jpg,0,0\n"))
    assert codes(manifest) == ["no_label_column"]
    assert "2 rows not exactly one 1" in manifest.remarks[0].message
    manifest = read_table(table("path,is_cat\na.jpg,1\nb.jpg,0\nc.jpg,0\n"))
    assert (manifest.class_names, codes(manifest)) == (("0", "1"), ["guessed_label_column"])


def test_tables_without_a_header(tmp_path, photos):
    """Lists of files as frameworks of old have them, with commas, blanks or tabs, with labels or without."""
    photos("a.jpg", "my b.jpg")
    for name, text in (
        ("t.csv", "a.jpg,0\nmy b.jpg,1\n"),
        ("t.txt", "a.jpg 0\nmy b.jpg 1\n"),
        ("t.lst", "a.jpg\t0\nmy b.jpg\t1\n"),
    ):
        (tmp_path / name).write_text(text)
        manifest = read_table(tmp_path / name)
        assert (manifest.paths, manifest.labels.tolist()) == (("a.jpg", "my b.jpg"), [0, 1])
        assert codes(manifest)[0] == "table_without_header"
    (tmp_path / "t.txt").write_text("a.jpg\nmy b.jpg\n")
    assert read_table(tmp_path / "t.txt").labels.tolist() == [-1, -1]
    (tmp_path / "t.txt").write_text("path label\na.jpg cat\n")
    assert read_table(tmp_path / "t.txt").class_names == ("cat",)


def test_splits_in_other_words(table, photos):
    """A split's cells are read as folders' names are, and a column that says nothing else is found by what it holds."""
    photos("a.jpg", "b.jpg", "c.jpg")
    manifest = read_table(table("path,label,split\na.jpg,0,training_set\nb.jpg,1,TEST\nc.jpg,1,Validation\n"))
    assert (manifest.splits, codes(manifest)) == (("train", "test", "val"), [])
    manifest = read_table(table("path,label,used_for\na.jpg,0,train\nb.jpg,1,dev\nc.jpg,1,train\n"))
    assert (manifest.splits, codes(manifest)) == (("train", "val", "train"), ["guessed_split_column"])
    manifest = read_table(table("path,label,set\na.jpg,0,train\nb.jpg,1,\nc.jpg,1,train\n"))
    assert manifest.splits == ("train", None, "train")


def test_words_for_no_label(table, photos):
    """What programs write into an empty cell is no class, and is told; words that could be names are classes."""
    photos("a.jpg", "b.jpg", "c.jpg")
    manifest = read_table(table("path,label\na.jpg,nan\nb.jpg,NA\nc.jpg,None\n"))
    assert (manifest.labels.tolist(), manifest.class_names) == ([-1, 0, 1], ("NA", "None"))
    assert (codes(manifest), manifest.remarks[1].examples) == (["na_is_class", "no_label_words"], ("a.jpg",))


def test_numbers_with_names_beside_them(table, photos):
    """Where one column has a name for each number of another, classes have names; where they differ, the first wins."""
    photos("a.jpg", "b.jpg", "c.jpg")
    manifest = read_table(table("path,label,class_name\na.jpg,1,cat\nb.jpg,0,dog\nc.jpg,1,cat\n"))
    assert (manifest.class_names, manifest.labels.tolist()) == (("cat", "dog"), [0, 1, 0])
    assert codes(manifest) == ["named_labels"]
    manifest = read_table(table("path,label,class_name\na.jpg,1,cat\nb.jpg,0,cat\nc.jpg,1,dog\n"))
    assert (manifest.class_names, codes(manifest)) == (("0", "1"), ["several_label_columns"])
    manifest = read_table(table("path,label,class_name\na.jpg,1,cat\nb.jpg,0,dog\n"), Reading(label_column="label"))
    assert manifest.class_names == ("0", "1")


def test_a_column_is_recognised_by_the_files_it_names(table, photos):
    """Names without extension in a column of any name are paths if such images are there."""
    photos("images/x1.jpg", "images/x2.jpg")
    manifest = read_table(table("code,grade\nx1,0\nx2,4\n"))
    assert (manifest.paths, manifest.class_names) == (("images/x1.jpg", "images/x2.jpg"), ("0", "4"))
    assert codes(manifest) == ["guessed_path_column", "guessed_label_column", "guessed_files"]


def test_measurements_are_no_labels(table, photos):
    """Fractions that never repeat are not taken for classes, and a second name of the image only if it repeats."""
    photos("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    manifest = read_table(table("path,area\na.jpg,0.31\nb.jpg,7.2\nc.jpg,0.5\n"))
    assert (set(manifest.labels.tolist()), codes(manifest)) == ({-1}, ["no_label_column"])
    manifest = read_table(table("image,id\na.jpg,w1\nb.jpg,w2\nc.jpg,w3\n"))
    assert (set(manifest.labels.tolist()), codes(manifest)) == ({-1}, ["no_label_column"])
    manifest = read_table(table("image,id\na.jpg,w1\nb.jpg,w2\nc.jpg,w1\nd.jpg,w2\n"))
    assert (manifest.class_names, codes(manifest)) == (("w1", "w2"), ["guessed_label_column"])


def test_bytes_and_documents_are_not_read(tmp_path, photos, monkeypatch):
    """Neither for a guess nor for the parts that they might make; plain columns are."""
    photos("a.jpg", "b.jpg")
    path = tmp_path / "t.parquet"
    columns = {"path": ["a.jpg", "b.jpg"], "label": ["cat", "dog"], "bulk": [b"x" * 900] * 2, "text": ["p" * 900] * 2}
    pq.write_table(pa.table(columns | {"split": ["train", "test"], "more": ["1", "2"]}), path)
    table, asked = columns_module.open_table(path), []
    assert table.plain == ("path", "label", "split", "more")
    read = type(table)._read
    monkeypatch.setattr(type(table), "_read", lambda self, name, how: asked.append(name) or read(self, name, how))
    assert read_table(path).splits == ("train", "test")
    assert {*asked} == {"path", "label", "split", "more"}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("id,photo_file,label\n1,a.jpg,cat\n2,b.jpg,dog\n", "photo_file"),
        ("Id,Image Index,Finding Labels\n1,a.jpg,cat\n2,b.jpg,dog\n", "Image Index"),
        ("Image,File Location,label\nfirst,a.jpg,cat\nsecond,b.jpg,dog\n", "File Location"),
    ],
)
def test_a_weak_name_yields_to_names_of_images(table, photos, text, path):
    """A column that is called like one of paths is none where another one names images, and it names no file."""
    photos("a.jpg", "b.jpg")
    manifest = read_table(table(text))
    assert (manifest.paths, manifest.class_names) == (("a.jpg", "b.jpg"), ("cat", "dog"))
    assert manifest.remarks[0].examples == (path,)
    assert read_table(table("id,mask,label\na,a_m.png,cat\nb,b_m.png,dog\n")).paths == ("a.jpg", "b.jpg")


def test_an_empty_column_of_labels(table, photos):
    """A column without any cell is none where another one has the labels, and that is told; alone it is one."""
    photos("a.jpg", "b.jpg")
    manifest = read_table(table("path,label,category\na.jpg,,cat\nb.jpg,,dog\n"))
    assert (manifest.class_names, codes(manifest)) == (("cat", "dog"), ["empty_label_column"])
    assert read_table(table("path,label\na.jpg,\nb.jpg,\n")).labels.tolist() == [-1, -1]


def test_lists_with_the_label_first(tmp_path, photos):
    """`0 a.jpg` is a label and a path where the file is there, or numbers repeat; a name with a blank stays one."""
    photos("a.jpg", "b.jpg", "0 c.jpg")
    path = tmp_path / "t.txt"
    path.write_text("0 a.jpg\n1 b.jpg\n")
    manifest = read_table(path)
    assert (manifest.paths, manifest.labels.tolist()) == (("a.jpg", "b.jpg"), [0, 1])
    path.write_text("0 x.jpg\n0 y.jpg\n1 z.jpg\n1 w.jpg\n")
    assert read_table(path).class_names == ("0", "1")
    path.write_text("0 c.jpg\n")
    assert read_table(path).paths == ("0 c.jpg",)


def test_columns_of_yes_and_no_as_splits(table, photos):
    """`is_valid` and the like are the split, and that is told; a row of two splits is refused, a label stays one."""
    photos("a.jpg", "b.jpg", "c.jpg")
    manifest = read_table(table("path,label,is_valid\na.jpg,cat,True\nb.jpg,dog,False\nc.jpg,dog,\n"))
    assert (manifest.splits, codes(manifest)) == (("val", "train", None), ["split_flags"])
    manifest = read_table(table("path,label,is_val,is_test\na.jpg,cat,1,0\nb.jpg,dog,0,0\nc.jpg,dog,0,1\n"))
    assert manifest.splits == ("val", "train", "test")
    manifest = read_table(table("path,label,is_training_image\na.jpg,cat,1\nb.jpg,dog,0\n"))
    assert manifest.splits == ("train", "test")
    with pytest.raises(DataError, match=r"line 2, column 'is_val': the row is of several splits \(is_val, is_test\)"):
        read_table(table("path,label,is_val,is_test\na.jpg,cat,1,1\n"))
    said = Reading(label_column="is_train")
    assert read_table(table("path,is_train\na.jpg,1\nb.jpg,0\n"), said).splits == (None, None)
