"""Downloads from a real server that has bad days."""

from __future__ import annotations

import json
import socket
from urllib.request import HTTPSHandler

import pytest

from publisher import HOST, Fault, Publisher, local_web
from regraft.core import FetchError, SilentProgress, StoreError
from regraft.data import connections
from regraft.data.connections import Web, secure_opener
from regraft.data.downloads import fetch_file
from regraft.data.parts import Part

CONTENT = bytes(range(256)) * 2000
"""Half a megabyte: eight pieces of reading."""
HALF = 200_000
URL = f"{HOST}/file.zip"


class Notes(SilentProgress):
    """What a user sees."""

    def __init__(self):
        self.said = []
        self.n_done = 0

    def start(self, _task, _n_total, unit="images"):
        assert unit == "bytes"
        self.n_done = 0

    def advance(self, n_done=1):
        self.n_done += n_done

    def say(self, text):
        self.said.append(text)


@pytest.fixture
def publisher():
    """A server of one file."""
    with Publisher({"/file.zip": CONTENT}) as publisher:
        yield publisher


@pytest.fixture
def fetch(publisher, tmp_path):
    """Fetches the file and returns its content; nothing else is left then."""

    def run(url=URL, n_bytes_max=512_000, waits=(0, 0, 0), progress=None):
        target = tmp_path / "file.zip"
        web = publisher.web(waits=waits)
        fetch_file(url, target, n_bytes_max=n_bytes_max, progress=progress or Notes(), web=web)
        assert [path.name for path in tmp_path.iterdir()] == ["file.zip"]
        return target.read_bytes()

    return run


def test_a_file_in_one_go(fetch, publisher):
    """One request brings the file, and the progress counts its bytes."""
    notes = Notes()
    assert fetch(progress=notes) == CONTENT
    assert publisher.requests == [None]
    assert (notes.n_done, notes.said) == (len(CONTENT), [])


def test_a_dropped_connection_is_taken_up_where_it_was(fetch, publisher):
    """Only the rest is asked for, and the user is told."""
    publisher.faults = [Fault(drop_after=HALF), Fault(drop_after=1000)]
    notes = Notes()
    assert fetch(progress=notes) == CONTENT
    assert publisher.requests == [None, f"bytes={HALF}-", f"bytes={HALF + 1000}-"]
    assert notes.n_done == len(CONTENT)
    assert notes.said[0] == ("file.zip: the connection ended after 200,000 of 512,000 bytes. Trying again in 0 s.")


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
    notes = Notes()
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
    part = Part(tmp_path / "file.zip", URL)
    part.begin({"ETag": 'W/"1"', "Last-Modified": "Mon, 01 Jan 2018 00:00:00 GMT", "Content-Length": "9"})
    with part.open() as file:
        file.write(b"four")
    headers = Part(tmp_path / "file.zip", URL).range_headers()
    assert headers == {"Range": "bytes=4-", "If-Range": "Mon, 01 Jan 2018 00:00:00 GMT"}
    part.begin({"ETag": 'W/"1"'})
    with part.open() as file:
        file.write(b"four")
    assert Part(tmp_path / "file.zip", URL).n_bytes == 0


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_that_is_busy_is_asked_again(status, fetch, publisher):
    """A failure that may pass is waited for, a few times."""
    publisher.faults = [Fault(status=status)] * 3
    assert fetch() == CONTENT
    publisher.faults = [Fault(status=status)] * 4
    with pytest.raises(FetchError, match=rf"answers {status} .* 4 times in a row"):
        fetch()


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_server_that_refuses_is_believed(status, fetch, publisher):
    """A failure that stays is said at once, with what to do."""
    publisher.faults = [Fault(status=status)]
    with pytest.raises(FetchError, match=rf"btsd\.ethz\.ch answers {status} .*/file\.zip: the publisher has moved"):
        fetch()
    assert len(publisher.requests) == 1


@pytest.mark.parametrize(
    "place", ["https://elsewhere.example/file.zip", "http://btsd.ethz.ch/file.zip", "//evil.example/x", f"{HOST}:81/x"]
)
def test_a_redirect_elsewhere_is_refused(place, fetch, publisher, tmp_path):
    """Another host, another port and plain http are not followed."""
    publisher.faults = [Fault(status=302, location=place)]
    with pytest.raises(FetchError, match=r"sends us elsewhere for /file\.zip, to"):
        fetch()
    assert len(publisher.requests) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://btsd.ethz.ch/x", "data:,x"])
def test_a_redirect_to_another_kind_of_place_is_refused(place, fetch, publisher):
    """Nothing but the web is asked."""
    publisher.faults = [Fault(status=302, location=place)]
    with pytest.raises(FetchError, match=r"302|elsewhere"):
        fetch()


def test_a_redirect_at_home_is_followed(fetch, publisher):
    """A server may move a file to another page of its own, but not in a circle."""
    publisher.files["/moved.zip"] = CONTENT
    publisher.faults = [Fault(status=301, location="/moved.zip")]
    assert fetch() == CONTENT
    publisher.faults = [Fault(status=302, location="/file.zip")] * 9
    with pytest.raises(FetchError, match="302"):
        fetch()


@pytest.mark.parametrize("url", ["http://btsd.ethz.ch/file.zip", "file:///etc/passwd", "/etc/passwd", ""])
def test_only_https_is_fetched(url, fetch, publisher):
    """No other address is opened, whoever wrote it into the catalogue."""
    with pytest.raises(FetchError, match="only https is"):
        fetch(url)
    assert publisher.requests == []


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


def test_no_connection_is_said_at_once(tmp_path):
    """Without a network nobody waits for attempts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        web = local_web(taken.getsockname()[1], waits=(1000,))
        with pytest.raises(FetchError, match=r"there is no connection to btsd\.ethz\.ch \(Connection refused\)"):
            fetch_file(URL, tmp_path / "file.zip", n_bytes_max=9, progress=Notes(), web=web)


def test_a_server_that_says_nothing_is_left(tmp_path, monkeypatch):
    """There is a time-out for connecting, answering and each piece."""
    monkeypatch.setattr(connections, "_TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        web = local_web(silent.getsockname()[1], waits=(0,))
        with pytest.raises(FetchError, match=r"btsd\.ethz\.ch did not answer \(timed out\) 2 times in a row"):
            fetch_file(URL, tmp_path / "file.zip", n_bytes_max=9, progress=Notes(), web=web)


def test_a_server_that_falls_silent_is_left(fetch, publisher, monkeypatch):
    """A connection that stays open and brings nothing is given up and taken up again."""
    monkeypatch.setattr(connections, "_TIMEOUT_SECONDS", 0.2)
    publisher.faults = [Fault(stall_after=HALF)]
    assert fetch() == CONTENT
    assert len(publisher.requests) == 2


def test_what_comes_counts_against_failures(publisher, tmp_path):
    """Attempts that bring a megabyte are no failures, however many there are."""
    content = bytes(8 << 20)
    publisher.files["/file.zip"] = content
    publisher.faults = [Fault(drop_after=(1 << 20) + 1)] * 7
    fetch_file(URL, tmp_path / "f", n_bytes_max=1 << 24, progress=Notes(), web=publisher.web(waits=(0,)))
    assert (tmp_path / "f").stat().st_size == len(content)


def test_a_full_disk_is_noticed_before(fetch, monkeypatch):
    """What does not fit is not begun."""
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("", (), {"free": 1000}))
    with pytest.raises(StoreError, match=r"The rest of file\.zip takes up to 0\.5 MB, and the disk of .* has 0\.0 MB"):
        fetch()


def test_the_real_web_is_https_with_certificates():
    """Users get urllib's verified connections, and waits that grow."""
    web = Web()
    assert any(type(handler) is HTTPSHandler for handler in web.opener.handlers)
    assert sorted(web.waits) == list(web.waits)
    assert len(web.waits) >= 3
    assert dict(secure_opener().addheaders)["User-Agent"].startswith("regraft/")
