from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys

import pytest

from regraft.core import DataError, OptionError
from regraft.data.reading import Reading
from regraft.data.sources import read_manifest


def test_a_folder(write_files):
    """A folder is read as classes, with groups by a pattern."""
    manifest = read_manifest(write_files("cat/1_a.jpg", "dog/2_a.jpg"), Reading(group_by=r"(\d)_"))
    assert manifest.class_names == ("cat", "dog")
    assert manifest.groups == ("1", "2")


@pytest.mark.parametrize("name", ["t.csv", "t.TSV"])
def test_a_table(tmp_path, name):
    """A table is read as such, with groups by a column."""
    table = tmp_path / name
    table.write_text("path\tpole\na.jpg\t7\n")
    assert read_manifest(str(table), Reading(group_by="pole")).groups == ("7",)


def test_the_home_folder(write_files, monkeypatch):
    """`~` is the home folder."""
    folder = write_files("cat/1.jpg")
    monkeypatch.setenv("HOME", str(folder.parent))
    assert read_manifest("~/set").root == folder.resolve()


def test_a_folder_wins_over_a_name(write_files, monkeypatch):
    """A folder called like a known data set is that folder."""
    folder = write_files("elpv/cat/1.jpg")
    monkeypatch.chdir(folder)
    assert read_manifest("elpv").class_names == ("cat",)


def test_a_file_of_another_kind(tmp_path):
    """A file that is no table is refused with what would do."""
    (tmp_path / "a.pdf").write_text("%PDF-1.7")
    with pytest.raises(DataError, match=r"a.pdf is no data set: give a folder, a .csv, .* or a shard .*PDF document"):
        read_manifest(tmp_path / "a.pdf")
    (tmp_path / "labels.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match="is a spreadsheet: save it as CSV"):
        read_manifest(tmp_path / "labels.xlsx")


@pytest.mark.parametrize("name", ["my photos.tar.gz", "photos.tgz", "photos.zip", "photos.tar.bz2", "photos.tar.xz"])
def test_archives_are_refused_with_a_command_that_works(name, tmp_path, write_files):
    """What the sentence says, done word by word, gives the data set."""
    folder = write_files("cat/1.jpg", "dog/2.jpg")
    kind = {"gz": "gztar", "tgz": "gztar", "zip": "zip", "bz2": "bztar", "xz": "xztar"}[name.rpartition(".")[2]]
    made = shutil.make_archive(str(tmp_path / "made"), kind, folder)
    archive = tmp_path / name
    shutil.move(made, archive)
    with pytest.raises(DataError) as caught:
        read_manifest(archive)
    found = re.search(r": ((?:gunzip|bunzip2|unxz|python) .*) and give (.*)\.$", str(caught.value))
    command, result = (shlex.split(part) for part in found.groups())
    if shutil.which(command[0]) is None:
        command[0] = sys.executable
    subprocess.run(command, check=True)
    manifest = read_manifest(result[0])
    assert (manifest.paths, manifest.class_names) == (("cat/1.jpg", "dog/2.jpg"), ("cat", "dog"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("no/such/folder", "There is no folder or table 'no/such/folder'"),
        ("x" * 5000, "cannot be read: File name too long"),
    ],
)
def test_nothing_there(source, message, tmp_path, monkeypatch):
    """A source that is not there is an error of the data with a hint, whatever is wrong with its name."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=message):
        read_manifest(source)


@pytest.mark.parametrize("source", ["~no-such-user-here/x", "a\0b", "", None, 3, ["photos"], {"photos": 1}])
def test_what_names_no_place(source, tmp_path, monkeypatch):
    """What can be no data set's place or name is an error of the option."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match="A data set is "):
        read_manifest(source)


def test_a_pattern_that_is_none(write_files):
    """An invalid pattern is an error of the option."""
    with pytest.raises(OptionError, match="no valid regular expression"):
        read_manifest(write_files("cat/1.jpg"), Reading(group_by="("))
