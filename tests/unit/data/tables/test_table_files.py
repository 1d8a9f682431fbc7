"""Where the files of a table are."""

from __future__ import annotations

import pytest

from regraft.core import DataError
from regraft.data.reading import Reading
from regraft.data.tables import name_index
from regraft.data.tables.table_reading import read_table


def codes(manifest):
    """The kinds of remarks."""
    return [remark.code for remark in manifest.remarks]


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


def test_a_sample_is_verified(table):
    """A column of splits is found however rare one of them is, and none is one where a single cell says otherwise."""
    rows = [f"{row}.jpg,{row % 2},train" for row in range(4001)]
    rows[1234] = "1234.jpg,0,test"
    manifest = read_table(table("path,label,used\n" + "\n".join(rows) + "\n"))
    assert (manifest.splits.count("test"), "guessed_split_column" in codes(manifest)) == (1, True)
    rows[2345] = "2345.jpg,0,other"
    assert set(read_table(table("path,label,used\n" + "\n".join(rows) + "\n")).splits) == {None}
