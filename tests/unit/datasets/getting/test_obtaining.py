"""Getting a data set: what is made, what is recognised, and which places are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import regraft
from publisher import ARCHIVES, DIGESTS, SIGNS, Notes
from regraft.core import DataError, OptionError, StoreError
from regraft.data import Reading, read_manifest
from regraft.datasets import DATASETS


def test_a_folder_with_the_publishers_split(get, folder):
    """Every verb reads what was made, with given sides and the groups of the printed command; nothing else is left."""
    notes = Notes()
    result = get(progress=notes)
    assert notes.said == [
        "A few signs. Licence: free for research. Please cite: Nobody 2020. Source: https://btsd.ethz.ch/signs/"
    ]
    assert not result.was_there
    assert SIGNS.command(str(folder)) == rf"regraft probe '{folder}' --group-by '(\d+)/(\d+)_'"
    manifest = read_manifest(folder, Reading(group_by=SIGNS.group_by))
    assert manifest.class_names == ("00000", "00001", "00002")
    assert manifest.paths[0] == "test/00000/01000_00000.ppm"
    assert [manifest.splits.count(side) for side in ("train", "test")] == [12, 6]
    assert len(set(manifest.groups)) == 6
    assert manifest.remarks == ()
    assert {path.name for path in folder.iterdir()} == {"SOURCE.json", "test", "train"}
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_source_is_kept_beside_the_images(get, folder):
    """Addresses, sizes, digests, licence and citation are in SOURCE.json; a computed digest is not called verified."""
    result = get()
    record = json.loads((folder / "SOURCE.json").read_text())
    assert record == json.loads(result.provenance.model_dump_json())
    assert (record["licence"], record["citation"]) == (SIGNS.licence, SIGNS.citation)
    assert [archive["sha256"] for archive in record["archives"]] == list(DIGESTS.values())
    assert [archive["n_bytes"] for archive in record["archives"]] == [len(content) for content in ARCHIVES.values()]
    assert [archive["is_verified"] for archive in record["archives"]] == [False, False]
    assert (record["n_images"], record["n_classes"]) == (18, 3)


def test_again_does_nothing(get, publisher, folder):
    """What is there is recognised, without a request and without a write."""
    first = get()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    publisher.requests.clear()
    notes = Notes()
    again = get(progress=notes)
    assert again.was_there
    assert again.provenance == first.provenance
    assert (publisher.requests, notes.said) == ([], [])
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def change(folder):
    (folder / "train" / "00000" / "01000_00000.ppm").write_bytes(b"another")


def remove(folder):
    (folder / "train" / "00000" / "01000_00000.ppm").unlink()


def move(folder):
    (folder / "train" / "00000" / "01000_00000.ppm").rename(folder / "train" / "00001" / "9.ppm")


@pytest.mark.parametrize(("damage", "n_images"), [(change, 18), (remove, 17), (move, 18)])
def test_images_that_are_not_what_was_fetched(damage, n_images, get, folder):
    """A changed, lost or moved image is noticed when the data set is got again; nothing is overwritten."""
    get()
    damage(folder)
    message = rf"{n_images} images in 3 classes are there, 18 in 3 were fetched, and their contents differ\. Move"
    with pytest.raises(DataError, match=message):
        get()


@pytest.mark.parametrize("text", ["", "{}", '{"schema_version": 2}', "null"])
def test_a_damaged_record_is_said(text, get, folder):
    """Nothing can be said of images whose record is damaged."""
    get()
    (folder / "SOURCE.json").write_text(text)
    with pytest.raises(DataError, match=r"SOURCE\.json is damaged"):
        get()


def test_a_place_that_is_taken(get, folder):
    """Other files, another data set and a file are left alone; an empty folder is used."""
    folder.mkdir(parents=True)
    (folder / "diary.txt").write_text("dear")
    with pytest.raises(OptionError, match=r"holds something else already \(first: 'diary\.txt'\).*--folder"):
        get()
    with pytest.raises(OptionError, match="is a file"):
        get(place=folder / "diary.txt")
    (folder / "diary.txt").unlink()
    assert not get().was_there
    with pytest.raises(OptionError, match="holds the data set signs"):
        get(SIGNS.model_copy(update={"name": "others"}))


def test_the_current_folder_is_not_replaced(get, tmp_path, monkeypatch):
    """A shell that stands in a folder would lose it."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match="current folder"):
        get(place=Path())


def test_a_place_that_cannot_be(get, tmp_path):
    """What the system refuses is a sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be written or read \(Not a directory\)"):
        get(place=tmp_path / "file" / "signs")
    with pytest.raises(StoreError, match="cannot be written or read"):
        get(place=tmp_path / (300 * "x"))
    with pytest.raises(OptionError, match="there is no such user"):
        get(place=Path("~nobody-of-this-name/signs"))


def test_a_data_set_in_a_package():
    """It is not fetched: the install line is the answer."""
    with pytest.raises(DataError, match=r"in a package\. Install it with: pip install 'regraft\[demo\]' .*probe elpv"):
        regraft.get_dataset("elpv")


def test_a_data_set_that_nobody_knows():
    """Names come from the catalogue only, never addresses."""
    with pytest.raises(OptionError, match="Did you mean belgium-signs"):
        regraft.get_dataset("belgian-signs")
    with pytest.raises(OptionError, match="no data set called 'https://"):
        regraft.get_dataset("https://btsd.ethz.ch/x.zip")
    with pytest.raises(OptionError, match="no option 'url'"):
        regraft.get_dataset("belgium-signs", url="https://elsewhere.example")


def test_the_row_of_the_belgian_signs():
    """Two archives of the publisher over https, no invented digest, and limits that are near to their sizes."""
    row = DATASETS["belgium-signs"]
    assert [(archive.file_name, archive.split) for archive in row.archives] == [
        ("BelgiumTSC_Training.zip", "train"),
        ("BelgiumTSC_Testing.zip", "test"),
    ]
    for archive in row.archives:
        assert archive.url.startswith("https://btsd.ethz.ch/shareddata/BelgiumTSC/")
        assert archive.sha256 is None
        assert 76e6 < archive.n_bytes_about < archive.n_bytes_max < 343e6
