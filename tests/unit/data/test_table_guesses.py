from __future__ import annotations

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from regraft.core import DataError, OptionError
from regraft.data import columns as columns_module
from regraft.data import name_index
from regraft.data.reading import Reading
from regraft.data.tables import read_table


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


def test_identifiers_without_extension(table, photos):
    """As Kaggle has them: `id,breed` beside a folder of `id.jpg`, in one folder or in several."""
    photos("train/00a.jpg", "train/00b.jpeg", "more/part 2/00c.png", "test/00x.jpg")
    manifest = read_table(table("id,breed\n00c,pug\n00a,boxer\n00b,pug\n"))
    assert manifest.paths == ("more/part 2/00c.png", "train/00a.jpg", "train/00b.jpeg")
    assert manifest.class_names == ("boxer", "pug")
    assert codes(manifest) == ["guessed_files"]
    assert "'00c' is 'more/part 2/00c.png'" in manifest.remarks[0].message


def test_a_name_that_fits_several_files(table, photos):
    """Nobody is to guess which; the folder that is meant can be said."""
    photos("train/1.jpg", "test/1.jpg", "test/2.jpg")
    path = table("image,label\n1,cat\n2,dog\n")
    with pytest.raises(
        DataError, match=r"1 name in .* fits several files \(first: '1': test/1.jpg, train/1.jpg\).*--root"
    ):
        read_table(path)
    assert read_table(path, Reading(root=path.parent / "test")).paths == ("1.jpg", "2.jpg")
    with pytest.raises(DataError, match="fits several files"):
        read_table(table("path,label\ntrainset/1.jpg,cat\n"))
    assert read_table(table("path,label\nold/train/1,cat\n")).paths == ("train/1.jpg",)


def test_paths_that_start_elsewhere(table, photos, tmp_path, monkeypatch):
    """From the working folder, from the folder above, or from a folder of another machine: found, and told."""
    photos("cat/1.jpg", "dog/1.jpg", below="data/set")
    monkeypatch.chdir(tmp_path)
    path = table("path,label\nset/cat/1.jpg,cat\nset/dog/1.jpg,dog\n")
    (tmp_path / "tables").mkdir()
    moved = path.rename(tmp_path / "tables" / "t.csv")
    monkeypatch.chdir(tmp_path / "data")
    manifest = read_table(moved)
    assert (manifest.root, codes(manifest)) == (tmp_path / "data", ["guessed_files"])
    assert f"--root {tmp_path / 'data'}" in manifest.remarks[0].message
    assert read_table(moved, Reading(root=tmp_path / "data")).remarks == ()
    inside = tmp_path / "data" / "set" / "t.csv"
    for prefix in ("data/set/", "/home/elsewhere/data/set/", "C:\\Users\\me\\set\\", "./"):
        inside.write_text(f"path,label\n{prefix}cat/1.jpg,cat\n{prefix}dog/1.jpg,dog\n")
        assert read_table(inside).paths == ("cat/1.jpg", "dog/1.jpg") or prefix == "./"
        assert all(file.exists() for file in read_table(inside).files())


def test_files_that_are_nowhere(table, photos):
    """The places where they were looked for are named; where some are there, the others are rows that are missing."""
    assert "below" in read_table(table("path,label\na.jpg,cat\n")).remarks[0].message
    assert "Addresses are not fetched" in read_table(table("path\nhttps://x.org/a.jpg\n")).remarks[0].message
    photos("b.jpg")
    manifest = read_table(table("path,label\na.jpg,cat\nb.jpg,cat\n"))
    assert (manifest.paths, manifest.remarks) == (("a.jpg", "b.jpg"), ())


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


def test_names_of_files_that_were_changed(table, photos):
    """Capitals, or the images in another format than the table says: found where one file fits, and told."""
    photos("Train/A1.JPG", "train/b2.jpg")
    manifest = read_table(table("file,label\na1.jpg,1.0\nb2.png,2.0\n"))
    assert manifest.paths == ("Train/A1.JPG", "train/b2.jpg")
    assert (manifest.class_names, codes(manifest)) == (("1", "2"), ["guessed_files"])


def test_no_file_is_two_different_ones(table, photos):
    """Where two cells could mean one file, the one whose folder agrees has it; where neither agrees, none has it."""
    photos("cat/1.jpg", "cat/2.jpg")
    manifest = read_table(table("path,label\ndata/dog/1.jpg,dog\ndata/cat/1.jpg,cat\n"))
    assert manifest.paths == ("cat/1.jpg", "data/dog/1.jpg")
    assert codes(manifest) == ["guessed_files", "contested_files"]
    remark = manifest.remarks[1]
    assert (remark.severity, remark.examples) == ("warning", ("data/dog/1.jpg",))
    assert "'data/dog/1.jpg' could only be 'cat/1.jpg', and so could 'data/cat/1.jpg'" in remark.message
    manifest = read_table(table("path,label\ndata/dog/1.jpg,dog\nhttps://x.org/1.jpg,cat\nx/cow/1.jpg,cow\n"))
    assert (codes(manifest), manifest.remarks[0].n) == (["contested_files"], 3)
    assert all(path not in manifest.paths for path in ("cat/1.jpg", "cat/2.jpg"))


def test_a_name_whose_folder_is_another(table, photos):
    """A file found by its name alone, in another folder than the table says, is a warning; an address is told."""
    photos("cat/1.jpg", "b.jpg")
    manifest = read_table(table("path,label\ndata/dog/1.jpg,dog\nhttps://x.org/b.jpg,cat\n"))
    assert manifest.paths == ("b.jpg", "cat/1.jpg")
    (remark,) = manifest.remarks
    assert remark.severity == "warning"
    assert "only the file's name agrees, not the folder (first: 'data/dog/1.jpg' is 'cat/1.jpg')" in remark.message
    assert "Addresses are not fetched: files of their names are taken." in remark.message


def test_a_name_at_the_top_wins(table, photos):
    """`1` is `1.jpg` of the folder itself, whatever is deeper; two of one folder differ by their extensions."""
    photos("1.jpg", "sub/1.jpg")
    assert read_table(table("id,label\n1,cat\n")).paths == ("1.jpg",)
    photos("1.png")
    with pytest.raises(DataError, match=r"1.jpg, 1.png\)\. Write the names with their extensions"):
        read_table(table("id,label\n1,cat\n"))


def test_names_that_repeat_in_every_folder(table, photos):
    """Thousands of folders with files of the same names are told apart at once, by folder and name."""
    photos(*(f"img/c{folder}/{name}.jpg" for folder in range(1500) for name in range(2)))
    rows = "".join(f"/kaggle/in/c{folder}/{name}.jpg,{name}\n" for folder in range(1500) for name in range(2))
    manifest = read_table(table(f"path,label\n{rows}"))
    assert manifest.n_images == len(set(manifest.paths)) == 3000
    assert all(path.startswith("img/c") for path in manifest.paths)


def test_a_folder_is_walked_once(table, photos, monkeypatch):
    """However many columns are tried, the folder is listed once, and not at all where the column is known."""
    photos("x1.jpg", "x2.jpg")
    walked = []
    listed = name_index._images_below
    monkeypatch.setattr(name_index, "_images_below", lambda home: walked.append(home) or listed(home))
    assert read_table(table("one,two,code\nu,q,x1\nv,w,x2\n")).paths == ("x1.jpg", "x2.jpg")
    assert len(walked) == 1
    read_table(table("path,two,code\nx1.jpg,q,x1\nx2.jpg,w,x2\n"))
    assert len(walked) == 1


def test_columns_that_nobody_asked_for_are_not_read(tmp_path, photos, monkeypatch):
    """Bytes and documents are never read for a guess; where path, label and split have their names nothing else is."""
    photos("a.jpg", "b.jpg")
    path = tmp_path / "t.parquet"
    columns = {"path": ["a.jpg", "b.jpg"], "label": ["cat", "dog"], "bulk": [b"x" * 900] * 2, "text": ["p" * 900] * 2}
    pq.write_table(pa.table(columns | {"split": ["train", "test"], "more": ["1", "2"]}), path)
    table, asked = columns_module.open_table(path), []
    assert table.plain == ("path", "label", "split", "more")
    read = type(table)._column
    monkeypatch.setattr(type(table), "_column", lambda self, name: asked.append(name) or read(self, name))
    assert read_table(path).splits == ("train", "test")
    assert {*asked} == {"path", "label", "split"}


def test_a_sample_is_verified(table):
    """A column of splits is found however rare one of them is, and none is one where a single cell says otherwise."""
    rows = [f"{row}.jpg,{row % 2},train" for row in range(4001)]
    rows[1234] = "1234.jpg,0,test"
    manifest = read_table(table("path,label,used\n" + "\n".join(rows) + "\n"))
    assert (manifest.splits.count("test"), "guessed_split_column" in codes(manifest)) == (1, True)
    rows[2345] = "2345.jpg,0,other"
    assert set(read_table(table("path,label,used\n" + "\n".join(rows) + "\n")).splits) == {None}


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
