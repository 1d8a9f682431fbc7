"""New versions of a classifier under load: no request is lost, none is answered by half of two."""

from __future__ import annotations

import shutil

import pytest

import regraft
from regraft.core import CACHE_VARIABLE
from served import Served
from server_load import Load, await_that

pytestmark = pytest.mark.slow
N_SWAPS = 10


@pytest.fixture(scope="module")
def image(signs):
    """A file that is asked about."""
    return signs / "red" / "00.png"


@pytest.fixture(scope="module")
def expected(classifier, make_version, image, shared_cache, tmp_path_factory):
    """Three versions, of which two answer alike: place, and what is answered to the image."""
    copied = shutil.copytree(classifier, tmp_path_factory.mktemp("copied") / "bundle")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        places = [classifier, make_version(1), copied]
        return {place: regraft.predict(place, image).predictions[0].probability for place in places}


@pytest.fixture(scope="module")
def server(expected, shared_cache, tmp_path_factory):
    """A server of all that lies in a folder, which looks often."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "first").symlink_to(next(iter(expected)))
    with Served(folder, "--renew", "0.02", cache=shared_cache) as process:
        process.folder = folder
        yield process


@pytest.fixture
def link(server, expected, request):
    """A link to the first version, which is served by the test's name."""
    link = server.folder / request.node.name
    link.symlink_to(next(iter(expected)))
    await_that(lambda: events(server, link) == ["classifier_opened"])
    return link


def turn(link, place):
    """Let a link point at something else, in one step."""
    new = link.parent / ".new"
    new.symlink_to(place)
    new.replace(link)


def events(server, link):
    """What the log has said of a classifier, in order."""
    told = [one for one in server.logged() if one["event"].startswith("classifier")]
    return [one["event"] for one in told if one["model"] == link.name]


def test_swaps_under_load_lose_and_mix_nothing(server, link, expected, image):
    """Each answer's digest fits its probability, none is missing; a version that is still open is back at once."""
    with Load(server.port, image.read_bytes(), link.name, n_clients=2) as load:
        for number in range(1, N_SWAPS + 1):
            n_before = len(events(server, link))
            turn(link, [*expected][number % 3 if number < 4 else (number + 1) % 2])
            await_that(lambda n=n_before: len(events(server, link)) > n)
            load.await_answers(4)
    assert (load.torn, load.n_unheard) == ([], 0)
    assert {status for status, _ in load.answers} == {200}
    told = {(body["digest"], body["predictions"][0]["probability"]) for _, body in load.answers}
    assert len(told) == 2
    assert {probability for _, probability in told} == set(expected.values())
    assert set(events(server, link)[-4:]) == {"classifier_back"}


def test_a_broken_version_changes_nothing(server, link, image, expected, tmp_path):
    """It is refused once, and the log says why; what was asked is asked on, until a sound one comes."""
    shutil.copytree([*expected][2], broken := tmp_path / "broken")
    weights = broken / "head.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    before = server.predict(link.name, image.read_bytes()).json
    turn(link, broken)
    await_that(lambda: "classifier_refused" in events(server, link))
    for place in (broken, next(iter(expected))):  # looked at again and again, and no more said of it
        turn(link, place)
        assert server.predict(link.name, image.read_bytes()).json["predictions"] == before["predictions"]
    assert server.ask("GET", "/health/ready").status == 200
    (refused,) = [one for one in server.logged() if one["event"] == "classifier_refused" and one["model"] == link.name]
    assert "head.safetensors" in refused["detail"]
    turn(link, [*expected][1])
    await_that(lambda: server.predict(link.name, image.read_bytes()).json["digest"] != before["digest"])
    assert server.ask("GET", f"/v1/models/{link.name}").json["previous"] == before["digest"]


def test_a_classifier_that_appears_or_goes(server, link, image, expected):
    """A new name is served as soon as it is there; one whose files have gone is served on; a broken one is none."""
    later, broken = link.parent / "later", link.parent / "broken"
    assert server.predict("later", image.read_bytes()).status == 404
    turn(later, [*expected][1])
    await_that(lambda: server.predict("later", image.read_bytes()).status == 200)
    link.unlink()
    broken.mkdir()
    (broken / "bundle.json").write_text("{}")
    await_that(lambda: "classifier_refused" in events(server, broken))
    assert server.predict(link.name, image.read_bytes()).status == 200
    assert server.predict("broken", image.read_bytes()).json["code"] == "no_model"
    turn(later, next(iter(expected)))
    await_that(lambda: len(events(server, later)) == 2)  # many looks later
    assert events(server, broken) == ["classifier_refused"]
