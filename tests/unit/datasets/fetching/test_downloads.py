"""Downloads from a real server that has bad days."""

from __future__ import annotations

import pytest

from publisher import CONTENT, HALF, URL, DownloadNotes, Fault
from regraft.core import FetchError, StoreError
from regraft.datasets.fetching.downloads import fetch_file


def test_a_file_in_one_go(fetch, publisher):
    """One request brings the file, and the progress counts its bytes."""
    notes = DownloadNotes()
    assert fetch(progress=notes) == CONTENT
    assert publisher.requests == [None]
    assert (notes.n_done, notes.said) == (len(CONTENT), [])


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_that_is_busy_is_asked_again(status, fetch, publisher):
    """A failure that may pass is waited for, a few times."""
    publisher.faults = [Fault(status=status)] * 3
    assert fetch() == CONTENT
    publisher.faults = [Fault(status=status)] * 4
    with pytest.raises(FetchError, match=rf"answers {status} .* 4 times in a row"):
        fetch()


@pytest.mark.parametrize("fault", [None, Fault(chunked=True)])
def test_a_file_that_is_too_large_is_refused(fault, fetch, publisher, tmp_path):
    """With a length it is refused before its first byte, without one when it has sent enough."""
    publisher.faults = [fault]
    with pytest.raises(FetchError, match=r"file\.zip is refused: .* at most 300,000 are expected"):
        fetch(n_bytes_max=300_000)
    assert not list(tmp_path.iterdir())


def test_a_file_without_a_length(fetch, publisher):
    """Its end is where the server says so."""
    publisher.faults = [Fault(chunked=True)]
    assert fetch() == CONTENT


def test_a_cut_off_file_without_a_length_is_noticed(fetch, publisher):
    """Chunks tell whether their end was reached."""
    publisher.faults = [Fault(chunked=True, drop_after=HALF)]
    assert fetch() == CONTENT
    assert len(publisher.requests) == 2


def test_a_length_that_promises_too_much(fetch, publisher):
    """A file that is never as long as promised is an error, not a file."""
    publisher.faults = [Fault(length=len(CONTENT) + 9)] * 9
    with pytest.raises(FetchError, match="could not be fetched"):
        fetch(n_bytes_max=2 * len(CONTENT))


@pytest.mark.parametrize("length", ["-1", "many", "1" * 5000, ""])
def test_a_length_that_is_no_number(length, fetch, publisher):
    """It is taken for none, and the end is where the connection ends."""
    publisher.faults = [Fault(length=length)]
    assert fetch() == CONTENT


def test_what_comes_counts_against_failures(publisher, tmp_path):
    """Attempts that bring a megabyte are no failures, however many there are."""
    content = bytes(8 << 20)
    publisher.files["/file.zip"] = content
    publisher.faults = [Fault(drop_after=(1 << 20) + 1)] * 7
    fetch_file(URL, tmp_path / "f", n_bytes_max=1 << 24, progress=DownloadNotes(), web=publisher.web(waits=(0,)))
    assert (tmp_path / "f").stat().st_size == len(content)


def test_a_full_disk_is_noticed_before(fetch, monkeypatch):
    """What does not fit is not begun."""
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("", (), {"free": 1000}))
    with pytest.raises(StoreError, match=r"The rest of file\.zip takes up to 0\.5 MB, and the disk of .* has 0\.0 MB"):
        fetch()
