"""Archives of a data set: digests that are known or not, and files that are not what they should be."""

from __future__ import annotations

import pytest

from publisher import DIGESTS, FILES, SIGNS, Fault, Notes, make_archive
from regraft.core import DataError, FetchError

_TRAINING, TESTING = FILES


def knowing(**digests):
    """The row, with the digests of archives known."""
    archives = [
        archive.model_copy(update={"sha256": digests.get(archive.file_name.removesuffix(".zip"))})
        for archive in SIGNS.archives
    ]
    return SIGNS.model_copy(update={"archives": tuple(archives)})


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
