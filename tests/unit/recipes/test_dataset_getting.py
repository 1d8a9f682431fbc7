"""Getting a data set: what is made, what is recognised, what is refused, and how a stopped run goes on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import regraft
from publisher import ARCHIVES, FILES, SIGNS, Fault, Publisher, make_archive
from regraft.core import DataError, FetchError, InterruptedRunError, OptionError, SilentProgress, StoreError, exclusive
from regraft.data import DATASETS, read_manifest
from regraft.recipes.dataset_getting import obtain

TRAINING, TESTING = FILES
DIGESTS = {side: hashlib.sha256(content).hexdigest() for side, content in ARCHIVES.items()}


class Notes(SilentProgress):
    """What a user is told."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


@pytest.fixture
def publisher():
    """A server of the two archives."""
    with Publisher(dict(FILES)) as publisher:
        yield publisher


@pytest.fixture
def folder(tmp_path):
    """Where the data set is wanted."""
    return tmp_path / "data" / "my signs"


@pytest.fixture
def get(publisher, folder):
    """Gets the few signs."""

    def run(row=SIGNS, place=folder, progress=None):
        return obtain(row, place, progress or Notes(), publisher.web(waits=()))

    return run


def knowing(**digests):
    """The row, with the digests of archives known."""
    archives = [
        archive.model_copy(update={"sha256": digests.get(archive.file_name.removesuffix(".zip"))})
        for archive in SIGNS.archives
    ]
    return SIGNS.model_copy(update={"archives": tuple(archives)})


def test_a_folder_with_the_publishers_split(get, folder):
    """Every verb reads what was made, with given sides and the groups of the printed command; nothing else is left."""
    notes = Notes()
    result = get(progress=notes)
    assert notes.said == [
        "A few signs. Licence: free for research. Please cite: Nobody 2020. Source: https://btsd.ethz.ch/signs/"
    ]
    assert not result.was_there
    assert result.command == rf"regraft probe '{folder}' --group-by '(\d+)/(\d+)_'"
    manifest = read_manifest(folder, group_by=SIGNS.group_by)
    assert manifest.class_names == ("00000", "00001", "00002")
    assert manifest.paths[0] == "test/00000/01000_00000.ppm"
    assert [manifest.splits.count(side) for side in ("train", "test")] == [12, 6]
    assert len(set(manifest.groups)) == 6
    assert manifest.n_skipped == 0
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


def test_known_digests_are_enforced(get, folder, publisher):
    """With the right digests the archives are called verified; a wrong one is refused and nothing is kept of it."""
    assert [archive.is_verified for archive in get(knowing(**DIGESTS)).provenance.archives] == [True, True]
    other = folder.with_name("other")
    with pytest.raises(
        FetchError, match=rf"Testing\.zip is not the published file: its SHA-256 is {DIGESTS['Testing'][:16]}"
    ):
        get(knowing(Testing=64 * "0"), other)
    assert not other.exists()
    publisher.requests.clear()
    get(SIGNS, other)
    assert len(publisher.requests) == 1, "the right archive is kept, the wrong one is not"


def test_a_digest_that_becomes_known_later(get):
    """A folder that was made without knowing is held against it."""
    get()
    assert get(knowing(**DIGESTS)).was_there
    with pytest.raises(DataError, match=r"is not signs as it was published: .* Move the folder away"):
        get(knowing(Training=64 * "0"))


def test_an_archive_that_changed_on_the_disk_is_fetched_again(get, publisher, folder):
    """Between two runs, a finished archive is recognised by its noted digest."""
    publisher.faults = [None, Fault(status=404)]
    with pytest.raises(FetchError, match="404"):
        get()
    kept = folder.parent / ".my signs.getting" / "Training.zip"
    kept.write_bytes(kept.read_bytes()[::-1])
    notes = Notes()
    get(progress=notes)
    assert notes.said[1:] == ["Training.zip has changed on the disk: fetching it again."]
    assert len(publisher.requests) == 4


def test_an_archive_without_its_note_is_taken(get, publisher, folder):
    """Killed between the file and its note: the file is whole."""
    publisher.faults = [None, Fault(status=404)]
    with pytest.raises(FetchError, match="404"):
        get()
    (folder.parent / ".my signs.getting" / "Training.zip.json").unlink()
    get()
    assert len(publisher.requests) == 3


def test_a_damaged_archive_is_removed_and_fetched_again(get, publisher, folder):
    """The error says so, the target is not there, and the next run succeeds."""
    good = publisher.files[TESTING]
    publisher.files[TESTING] = good[: len(good) // 2]
    with pytest.raises(FetchError, match=r"Testing\.zip is damaged .* removed: run the same command again"):
        get()
    assert not folder.exists()
    publisher.files[TESTING] = good
    get()
    assert len(publisher.requests) == 3


def test_an_archive_that_lies_about_its_length_is_damaged(get, publisher):
    """A server that promises and sends less than the file gives an archive that cannot be read."""
    publisher.faults = [Fault(length=10_000)]
    with pytest.raises(FetchError, match=r"Training\.zip is damaged"):
        get()


def test_more_than_the_catalogue_expects_is_refused(get, publisher):
    """A file of more than twice the expected size is not the one that we know."""
    publisher.files[TESTING] = make_archive("Testing", n_classes=9)
    with pytest.raises(FetchError, match=r"Testing\.zip is refused: btsd\.ethz\.ch sends"):
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
    with pytest.raises(OptionError, match="cannot be found"):
        get(place=Path("~nobody-of-this-name/signs"))


def test_a_full_disk_is_known_before_the_first_request(get, publisher, monkeypatch):
    """Archives and images must both find room."""
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("", (), {"free": 1_500_000}))
    with pytest.raises(StoreError, match=r"Fetching and unpacking signs takes up to 1\.6 MB, and the disk"):
        get()
    assert publisher.requests == []


class Impatient(Notes):
    """Presses Ctrl-C when a task begins, or in the middle of it."""

    def __init__(self, task, n_pieces):
        super().__init__()
        self.task, self.n_pieces = task, n_pieces
        self.is_current = False

    def start(self, task, _n_total, unit="images"):
        del unit
        self.is_current = task == self.task

    def advance(self, _n_done=1):
        self.n_pieces -= self.is_current
        if self.n_pieces < 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("task", "kept"),
    [("Fetching Training.zip", "0.1 MB"), ("Unpacking Training.zip", "0.5 MB"), ("Reading files", "0.5 MB")],
)
def test_ctrl_c_keeps_what_was_fetched(task, kept, get, folder, publisher):
    """It says what is kept and how to go on; the target is not there; the next run fetches nothing twice."""
    with pytest.raises(InterruptedRunError, match=rf"Stopped\. {kept} are kept in .*: run the same command again"):
        get(progress=Impatient(task, 1))
    assert not folder.exists()
    n_requests = len(publisher.requests)
    assert not get().was_there
    ranges = publisher.requests[n_requests:]
    assert ranges == (["bytes=65536-", None] if task.startswith("Fetching") else [])


def test_two_at_once(get, folder):
    """The second one is told that the first one is at work."""
    with (
        exclusive(folder.parent / ".my signs.getting" / "lock.sqlite"),
        pytest.raises(StoreError, match="Another process has been writing"),
    ):
        get()


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
