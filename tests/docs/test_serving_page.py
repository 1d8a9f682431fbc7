"""docs/serving.md is executed: its curl lines, its client, its commands; it knows every option, code and metric."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import regraft
from regraft.serving import ServeOptions
from regraft.serving.metrics import Metrics
from regraft.serving.problems import TITLES
from served import Served

PAGE = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")
CURL = [line.removeprefix("$ ") for line in PAGE.splitlines() if line.startswith("$ curl")]
(CLIENT,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def here(tmp_path_factory, shared_cache):
    """A folder with pictures, and a run that has hardly learnt from them."""
    folder = tmp_path_factory.mktemp("here")
    rng = np.random.default_rng(0)
    for name, base in (("cat", 60), ("dog", 190)):
        for number in range(16):
            path = folder / "photos" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((base + rng.integers(-40, 40, (24, 24, 3))).astype(np.uint8)).save(path)
    Image.open(folder / "photos/dog/0.png").save(folder / "new.jpg")
    shutil.copy(folder / "photos/cat/0.png", folder / "other.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGRAFT_CACHE", str(shared_cache))
        regraft.probe(folder / "photos", runs=folder / "runs", quality="fast", n_strengths=3)
    return folder


@pytest.fixture(scope="module")
def server(here, shared_cache):
    """What the page starts first."""
    with Served(here / "runs" / "photos-probe", cache=shared_cache) as process:
        yield process


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
@pytest.mark.parametrize("line", CURL)
def test_its_curl_lines_work(line, server, here):
    """As they stand, but for the port."""
    command = shlex.split(line.replace(":8000", f":{server.port}"))
    done = subprocess.run([*command, "--fail-with-body", "--silent"], cwd=here, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout


@pytest.fixture
def client():
    """The page's client; its connections are closed afterwards."""
    names, made = {"__name__": "client"}, []
    exec(compile(CLIENT, "serving.md", "exec"), names)  # noqa: S102 - our own documentation

    def make(*given, **settings):
        made.append(names["Classifier"](*given, **settings))
        return made[-1]

    yield make
    for one in made:
        one.connection.close()


@pytest.mark.slow
def test_its_client_is_short_and_answers_like_predict(client, server, here):
    """Forty lines of code; what is no image, and what is not there, is an error with the server's sentence."""
    assert len([line for line in CLIENT.splitlines() if line.strip()]) <= 40
    url = f"{server.url}/v1/models/photos-probe/predict"
    ask = client(url, token="none is needed")  # noqa: S106 - no token
    image = here / "new.jpg"
    told = ask.predict(image.read_bytes())
    assert told["probability"] == regraft.predict(here / "runs" / "photos-probe", image).predictions[0].probability
    with pytest.raises(ValueError, match="cannot be read"):
        ask.predict(b"nothing")
    with pytest.raises(ValueError, match="no classifier"):
        client(url.replace("photos-probe", "nothing")).predict(image.read_bytes())


@pytest.mark.slow
def test_its_client_waits(client, here, shared_cache):
    """While the server is full, and while it is killed and started again; not for ever."""
    image, found = (here / "new.jpg").read_bytes(), []
    arguments = (here / "runs" / "photos-probe", "--queue", "1")
    with ExitStack() as held:
        first = held.enter_context(Served(*arguments, cache=shared_cache))
        url = f"{first.url}/v1/models/photos-probe/predict"
        asking = [threading.Thread(target=lambda: found.append(client(url).predict(image))) for _ in range(3)]
        first.process.kill()
        first.process.wait()
        for thread in asking:
            thread.start()
        with pytest.raises(TimeoutError):
            client(url, patience=0.5).predict(image)
        held.enter_context(Served(*arguments, cache=shared_cache, port=first.port))
        for thread in asking:
            thread.join()
    wanted = regraft.predict(here / "runs" / "photos-probe", here / "new.jpg").predictions[0]
    assert [(one["label"], one["probability"]) for one in found] == [(wanted.label, wanted.probability)] * 3


def test_it_knows_every_option():
    """By its name on the command line, in the table; and no other."""
    table = PAGE.partition("\n## Options")[2].partition("\n## ")[0]
    named = set(re.findall(r"`--([\w-]+)`", table))
    assert {name.replace("_", "-") for name in ServeOptions.model_fields} == named


def test_its_commands_have_options_that_there_are():
    """In the unit, the container's file and all lines that start a server."""
    known = {*ServeOptions.model_fields, "check"}
    for line in re.findall(r"regraft serve[^\n`]*", PAGE):
        assert {name.replace("-", "_") for name in re.findall(r"--([\w-]+)", line)} <= known, line


def test_it_knows_every_code_and_metric():
    """But for that of a client that has left: nobody sees it."""
    assert {code for code in TITLES if f"`{code}`" not in PAGE} == {"client_left"}
    names = re.findall(r"^# TYPE (\w+) (?:counter|histogram)$", Metrics().text().decode(), flags=re.MULTILINE)
    assert [name for name in names if f"`{name}`" not in PAGE and not name.endswith("_created")] == []
