"""A download that was cut off goes on where it was, if the file is still the same."""

from __future__ import annotations

import json

import pytest

from publisher import CONTENT, HALF, HOST, URL, DownloadNotes, Fault
from regraft.core import FetchError
from regraft.datasets.fetching.partial_files import PartialFile


@pytest.fixture
def part(fetch, publisher, tmp_path):
    """A part that an earlier run left."""
    publisher.faults = [Fault(drop_after=HALF)]
    with pytest.raises(FetchError, match=r"0\.2 MB of it are kept.*same command again"):
        fetch(waits=())
    assert (tmp_path / "file.zip.part").read_bytes() == CONTENT[:HALF]
    assert not (tmp_path / "file.zip").exists()
    publisher.requests.clear()
    return tmp_path / "file.zip.part"


def test_a_dropped_connection_is_taken_up_where_it_was(fetch, publisher):
    """Only the rest is asked for, and the user is told."""
    publisher.faults = [Fault(drop_after=HALF), Fault(drop_after=1000)]
    notes = DownloadNotes()
    assert fetch(progress=notes) == CONTENT
    assert publisher.requests == [None, f"bytes={HALF}-", f"bytes={HALF + 1000}-"]
    assert notes.n_done == len(CONTENT)
    assert notes.said[0] == ("file.zip: the connection ended after 200,000 of 512,000 bytes. Trying again in 0 s.")


@pytest.mark.usefixtures("part")
def test_another_run_goes_on(fetch, publisher):
    """A part of an earlier run is not fetched again."""
    assert fetch() == CONTENT
    assert publisher.requests == [f"bytes={HALF}-"]


@pytest.mark.usefixtures("part")
def test_a_server_without_ranges_begins_again(fetch, publisher):
    """The answer 200 replaces the part."""
    publisher.has_ranges = False
    assert fetch() == CONTENT
    assert publisher.requests == [f"bytes={HALF}-"]


@pytest.mark.usefixtures("part")
def test_a_file_that_changed_begins_again(fetch, publisher):
    """Halves of two versions are never put together."""
    publisher.faults = [Fault(change=True)]
    assert fetch() == CONTENT[::-1]


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize(
    "told",
    [
        "bytes 5-511999/512000",
        f"bytes {HALF}-511999/512001",
        f"bytes {HALF}-511999/*",
        f"bytes {HALF}-9/" + 5000 * "9",
        "x",
    ],
)
def test_a_range_that_was_not_asked_for_begins_again(told, fetch, publisher):
    """An answer that does not fit the part is not appended to it."""
    publisher.faults = [Fault(content_range=told)]
    notes = DownloadNotes()
    assert fetch(progress=notes) == CONTENT
    assert publisher.requests == [f"bytes={HALF}-", None]
    assert notes.said == ["file.zip has changed at the publisher's: beginning again."]


@pytest.mark.usefixtures("part")
def test_a_file_that_is_shorter_now_begins_again(fetch, publisher):
    """The answer 416 means that the part is of no use."""
    publisher.faults = [Fault(status=416)]
    assert fetch() == CONTENT
    assert publisher.requests == [f"bytes={HALF}-", None]


def test_without_a_version_nothing_is_gone_on_with(fetch, publisher):
    """A server that names no version may have another file by now."""
    publisher.has_validators = False
    publisher.faults = [Fault(drop_after=HALF)]
    assert fetch() == CONTENT
    assert publisher.requests == [None, None]


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000, b"\xff", '{"url": 3}'])
def test_a_damaged_record_begins_again(text, part, fetch, publisher):
    """A part whose record cannot be read is of no use."""
    record = part.with_name("file.zip.part.json")
    record.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert fetch() == CONTENT
    assert publisher.requests == [None]


def test_a_part_of_another_file_begins_again(part, fetch, publisher):
    """A record of another address is not ours."""
    record = part.with_name("file.zip.part.json")
    record.write_text(json.dumps({**json.loads(record.read_text()), "url": f"{HOST}/other.zip"}))
    assert fetch() == CONTENT
    assert publisher.requests == [None]


def test_a_whole_part_is_not_asked_for(part, fetch, publisher):
    """Killed before the last rename: the file is there."""
    part.write_bytes(CONTENT)
    assert fetch() == CONTENT
    assert publisher.requests == []


def test_weak_tags_prove_nothing(tmp_path):
    """Beside a weak tag the date is used; without a date the part is not."""
    part = PartialFile(tmp_path / "file.zip", URL)
    part.begin({"ETag": 'W/"1"', "Last-Modified": "Mon, 01 Jan 2018 00:00:00 GMT", "Content-Length": "9"})
    with part.open() as file:
        file.write(b"four")
    headers = PartialFile(tmp_path / "file.zip", URL).range_headers()
    assert headers == {"Range": "bytes=4-", "If-Range": "Mon, 01 Jan 2018 00:00:00 GMT"}
    part.begin({"ETag": 'W/"1"'})
    with part.open() as file:
        file.write(b"four")
    assert PartialFile(tmp_path / "file.zip", URL).n_bytes == 0
