"""`predict --server` asks a real server, and gives the answers of `predict`: also where the server fails meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import numpy as np
import pytest
from pyarrow import csv

import regraft
from regraft.core import CACHE_VARIABLE, BundleError, FetchError, OptionError
from served import Served

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(probed, small_run, shared_cache):
    """A server of two classifiers."""
    with Served(f"probe={probed.folder}", f"small={small_run}", cache=shared_cache) as process:
        yield process


@pytest.fixture(scope="module")
def some(photos):
    """Twenty files; one is no picture, one ends early, one is not there."""
    torn = photos.parent / "torn.jpg"
    torn.write_bytes((photos / "red" / "01.jpg").read_bytes()[:900])
    (photos.parent / "broken.jpg").write_bytes(b"no picture")
    return [*sorted(photos.glob("*/0[0-5].*")), torn, photos.parent / "broken.jpg", photos.parent / "none.png"]


def local(bundle, files, **settings):
    """What `predict` says of each file by itself."""
    results = [regraft.predict(bundle, file, **settings) for file in files]
    return [one for result in results for one in (*result.predictions, *result.unreadable)]


def outcomes(result):
    """What it says of all, in an order that does not depend on which could be read."""
    return sorted((*result.predictions, *result.unreadable), key=lambda one: one.path)


@pytest.mark.parametrize("settings", [{"top_k": 2}, {"unknown": False}], ids=str)
def test_answers_are_those_of_predict(settings, server, probed, some):
    """To the last digit, with sets and strangeness; what cannot be read is told in the same words."""
    told = regraft.predict("probe", some, server=server.url, **settings)
    assert outcomes(told) == sorted(local(probed.folder, some, **settings), key=lambda one: one.path)
    assert (told.n_predicted, told.n_unreadable) == (18, 3)


def test_images_in_memory_are_asked_about(server, small_run):
    """In colour and grey, of several sizes."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, shape, np.uint8) for shape in ((40, 50, 3), (33, 20), (8, 8, 3))]
    told = regraft.predict("small", images, server=f"{server.url}/").predictions
    wanted = [regraft.predict(small_run, [one]).predictions[0] for one in images]
    assert [one.model_copy(update={"path": ""}) for one in told] == [
        one.model_copy(update={"path": ""}) for one in wanted
    ]


def test_the_command_line_asks_too(server, command, photos, probed):
    """In all formats, as without a server."""
    asked = ("predict", "probe", photos / "red", "--server", server.url)
    assert "red" in command(*map(str, asked)).stdout
    told = command(*map(str, asked), "--format", "csv").stdout
    assert told == command("predict", str(probed.folder), str(photos / "red"), "--format", "csv").stdout


@pytest.mark.parametrize(
    ("asked", "kind", "sentence"),
    [
        (("nothing", "{url}"), OptionError, "has no classifier 'nothing': it has 'probe' and 'small'."),
        (("probe", "127.0.0.1:8000"), OptionError, "is no server's address: write http://HOST:PORT"),
        (("probe", "ftp://127.0.0.1"), OptionError, "is no server's address"),
        (("probe", "http://me:secret@127.0.0.1"), OptionError, "A token goes into REGRAFT_TOKEN."),
        (("probe", "http://127.0.0.1:9"), FetchError, "cannot be reached"),
        (("probe", "{url}/elsewhere"), FetchError, "status 404|refuses: There is nothing here"),
    ],
)
def test_what_cannot_be_asked_is_told(asked, kind, sentence, server, some):
    """A wrong name, address or server: a sentence that says what to do."""
    with pytest.raises(kind, match=sentence):
        regraft.predict(asked[0], some, server=asked[1].format(url=server.url))


def test_a_loaded_classifier_is_asked_by_no_server(probed, some):
    """One of the two is meant."""
    with pytest.raises(OptionError, match="named by a text"):
        regraft.predict(regraft.load(probed.folder), some, server="http://127.0.0.1:8000")


def test_a_token_is_shown(small_run, shared_cache, some, monkeypatch):
    """That of the environment; without it, or with another one, it is told what to set."""
    token = "correct-horse-battery"  # noqa: S105 - of this test's server
    with Served(f"small={small_run}", cache=shared_cache, environment={"REGRAFT_SERVE_TOKEN": token}) as server:
        with pytest.raises(OptionError, match="needs a token: set REGRAFT_TOKEN"):
            regraft.predict("small", some, server=server.url)
        monkeypatch.setenv("REGRAFT_TOKEN", "another-horse-battery")
        with pytest.raises(OptionError, match="does not know the token in REGRAFT_TOKEN"):
            regraft.predict("small", some, server=server.url)
        monkeypatch.setenv("REGRAFT_TOKEN", token)
        assert regraft.predict("small", some, server=server.url).n_predicted == 18


def test_a_full_server_is_asked_again(probed, shared_cache, photos):
    """With room for one request four connections are too many: 503 is waited over, and all is answered."""
    with Served(f"probe={probed.folder}", "--queue", "1", cache=shared_cache) as server:
        told = regraft.predict("probe", photos, server=server.url)
        statuses = {one["status"] for one in server.logged() if one["event"] == "request"}
    assert [*told.predictions] == local(probed.folder, sorted(photos.glob("*/*")))
    assert statuses == {200, 503}


def test_a_server_may_be_killed_and_started_again(probed, shared_cache, photos):
    """Meanwhile: whoever asks waits for it, and gets all answers."""
    found = []
    with ExitStack() as held:
        first = held.enter_context(Served(f"probe={probed.folder}", cache=shared_cache))
        asking = threading.Thread(target=lambda: found.append(regraft.predict("probe", photos, server=first.url)))
        asking.start()
        while sum(one["event"] == "request" for one in first.logged()) < 5:
            time.sleep(0.002)
        first.process.kill()
        first.process.wait()
        held.enter_context(Served(f"probe={probed.folder}", cache=shared_cache, port=first.port))
        asking.join()
    assert [*found[0].predictions] == local(probed.folder, sorted(photos.glob("*/*")))


def test_a_server_that_stays_away_is_told(small_run, shared_cache, photos, monkeypatch):
    """After some patience."""
    monkeypatch.setattr("regraft.bundle.served_sight.PATIENCE_SECONDS", 0.5)
    with Served(f"small={small_run}", cache=shared_cache) as server:
        stream = regraft.recipes.open_predictions("small", photos, regraft.PredictOptions(server=server.url))
        server.process.kill()
        server.process.wait()
        with pytest.raises(FetchError, match=r"cannot be reached .* Is it running"):
            stream.result()


def test_another_version_does_not_answer(small_run, probed, shared_cache, photos, tmp_path):
    """Where the classifier is swapped meanwhile the answers are not mixed."""
    place = tmp_path / "classifier"
    place.symlink_to(small_run)
    with Served(f"it={place}", "--renew", "0.1", cache=shared_cache) as server:
        stream = regraft.recipes.open_predictions("it", photos, regraft.PredictOptions(server=server.url))
        (tmp_path / "next").symlink_to(probed.folder)
        (tmp_path / "next").rename(place)
        while sum(one["event"] == "classifier_opened" for one in server.logged()) < 2:
            time.sleep(0.05)
        with pytest.raises(BundleError, match="has become another one meanwhile"):
            stream.result()


def test_a_killed_client_goes_on(server, small_run, shared_cache, tmp_path, command):
    """With --out: what was answered is not asked again, and the file holds what a local run says."""
    folder, out = tmp_path / "many", tmp_path / "out.csv"
    folder.mkdir()
    for number, pixels in enumerate(np.random.default_rng(3).integers(0, 256, (600, 192), np.uint8)):
        (folder / f"{number:03d}.ppm").write_bytes(b"P6 8 8 255\n" + pixels.tobytes())
    asked = ["predict", "small", "many", "--server", server.url, "--out", str(out)]
    journal = tmp_path / "out.csv.partial" / "outcomes.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "regraft", *asked],
        cwd=tmp_path,
        env={**os.environ, CACHE_VARIABLE: str(shared_cache)},
        stderr=subprocess.DEVNULL,
    ) as process:
        while not (journal.exists() and journal.stat().st_size):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert not out.exists()
    done = command(*asked)
    assert "Going on after" in done.stderr
    command("predict", str(small_run), "many", "--out", "local.csv")
    asked, wanted = (csv.read_csv(file).to_pydict() for file in (out, tmp_path / "local.csv"))
    assert (asked["path"], asked["label"]) == (wanted["path"], wanted["label"])
    assert asked["probability"] == pytest.approx(wanted["probability"], abs=1e-5)  # torch: batches of other sizes
