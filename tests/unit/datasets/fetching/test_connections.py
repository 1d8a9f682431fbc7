"""Servers that refuse, lead elsewhere, or say nothing."""

from __future__ import annotations

import socket
from urllib.request import HTTPSHandler

import pytest

from publisher import CONTENT, HALF, HOST, URL, DownloadNotes, Fault, local_web
from regraft.core import FetchError
from regraft.datasets.fetching import connections
from regraft.datasets.fetching.connections import Web, secure_opener
from regraft.datasets.fetching.downloads import fetch_file


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


def test_no_connection_is_said_at_once(loopback, tmp_path):
    """Without a network nobody waits for attempts."""
    with socket.socket() as taken:
        taken.bind((loopback, 0))  # and does not listen
        web = local_web(taken.getsockname()[1], waits=(1000,))
        with pytest.raises(FetchError, match=r"there is no connection to btsd\.ethz\.ch \(Connection refused\)"):
            fetch_file(URL, tmp_path / "file.zip", n_bytes_max=9, progress=DownloadNotes(), web=web)


def test_a_server_that_says_nothing_is_left(loopback, tmp_path, monkeypatch):
    """There is a time-out for connecting and answering; who never said a word is not asked again."""
    monkeypatch.setattr(connections, "_TIMEOUT_SECONDS", 0.05)
    with socket.create_server((loopback, 0)) as silent:
        web = local_web(silent.getsockname()[1], waits=(1000,))
        with pytest.raises(FetchError, match=r"btsd\.ethz\.ch did not answer in [\d.]+ s\. Look at your connection"):
            fetch_file(URL, tmp_path / "file.zip", n_bytes_max=9, progress=DownloadNotes(), web=web)


def test_a_server_that_falls_silent_is_left(fetch, publisher, monkeypatch):
    """A connection that stays open and brings nothing is given up and taken up again."""
    monkeypatch.setattr(connections, "_TIMEOUT_SECONDS", 0.2)
    publisher.faults = [Fault(stall_after=HALF)]
    assert fetch() == CONTENT
    assert len(publisher.requests) == 2


def test_the_real_web_is_https_with_certificates():
    """Users get urllib's verified connections, and waits that grow."""
    web = Web()
    assert any(type(handler) is HTTPSHandler for handler in web.opener.handlers)
    assert sorted(web.waits) == list(web.waits)
    assert len(web.waits) >= 3
    assert dict(secure_opener().addheaders)["User-Agent"].startswith("regraft/")
