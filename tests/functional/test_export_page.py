"""The page of `regraft export --to web` in a real browser: it answers like the bundle, and reaches nothing."""

from __future__ import annotations

import base64
import os
import shutil

import numpy as np
import pytest
from PIL import Image

import regraft
from regraft.core import CACHE_VARIABLE

pytestmark = pytest.mark.slow
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def page(probed, shared_cache, tmp_path_factory):
    """The page of a probe, opened from its file, with a camera that shows a test picture."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        assert "CI" not in os.environ, "The tests' machine has no Chromium: .ci/run installs it."
        pytest.skip("There is no Chromium here: install one, and this is tested.")
    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("page") / "export"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        regraft.export(probed.folder, to="web", out=folder)
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=camera)
        opened = browser.new_page()
        opened.asked, opened.wrong, opened.folder = [], [], folder
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
        opened.goto((folder / "index.html").as_uri())
        opened.locator("#state:text('Ready'), #state.error").wait_for()
        yield opened
        browser.close()


@pytest.fixture(autouse=True)
def in_cache(monkeypatch, shared_cache, photos):
    """What the session has computed, and a file that is no picture."""
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))
    (photos.parent / "broken.jpg").write_bytes(b"no picture")


def shown(page, files):
    """What the page says of some files, the last first."""
    page.locator("#answers").evaluate("place => place.replaceChildren()")
    page.set_input_files("#files", files)
    page.locator("#answers article").nth(len(files) - 1).wait_for()
    page.locator("#state:text('Ready')").wait_for()
    return page.locator("#answers article").all_inner_texts()


def test_it_answers_like_the_bundle(page, probed, photos):
    """For pictures of two formats that are chosen; what is no picture is told and does no harm."""
    files = [photos / "green" / "00.png", photos / "blue" / "01.jpg"]
    wanted = regraft.predict(probed.folder, files).predictions
    told = shown(page, [*files, photos.parent / "broken.jpg"])
    assert "could not be read as a picture" in told[0]
    for text, one in zip(told[:0:-1], wanted, strict=True):
        assert f"{one.label}\t\t{100 * one.probability:.1f} %" in text or one.probability == pytest.approx(
            float(text.split(f"{one.label}\t\t")[1].split()[0]) / 100, abs=0.02
        )
        assert ("None of these?" in text) is one.unknown
        assert ", ".join(sorted(one.set)) == ", ".join(
            sorted(text.split("one of these: ")[1].split("\n")[0].split(", "))
        )


def test_probabilities_are_the_bundles(page, photos):
    """In WebAssembly, of the same pixels: within a ten thousandth."""
    pixels = np.asarray(Image.open(photos / "red" / "02.png").convert("RGB"))
    call = "([pixels, width, height]) => regraft.then((one) => one.judge(Uint8Array.from(pixels), width, height))"
    said = page.evaluate(call, [pixels.ravel().tolist(), pixels.shape[1], pixels.shape[0]])
    (wanted,) = regraft.predict(page.folder, [pixels], top_k=3).predictions  # in float32, proven against the bundle
    names = page.evaluate("regraft.then((one) => one.about.class_names)")
    found = dict(zip(names, said["probabilities"], strict=True))
    assert found == {name: pytest.approx(probability, abs=1e-4) for name, probability in wanted.top}


def test_the_camera_is_looked_at(page):
    """Answers come until it is switched off."""
    page.click("#camera")
    page.locator("#live-answer table").wait_for()
    page.click("#camera")
    assert page.locator("#live").is_hidden()
    assert page.inner_text("#camera") == "Use the camera"


def test_several_drops_at_once_are_shown_one_after_the_other(page, photos):
    """A paste without pictures says nothing; of more answers than are kept it is told how many are gone."""
    page.locator("#answers").evaluate("place => place.replaceChildren()")
    dropped = """(text) => {
      document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: new DataTransfer() }));
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      for (const n of [60, 52]) {
        const given = new DataTransfer();
        for (let i = 0; i < n; i++) given.items.add(new File([bytes], `${n}-${i}.png`, { type: "image/png" }));
        document.dispatchEvent(new DragEvent("drop", { dataTransfer: given }));
      }
    }"""
    page.evaluate(dropped, base64.b64encode((photos / "red" / "00.png").read_bytes()).decode())
    page.locator("#state:text('12 are gone')").wait_for()
    names = page.locator("#answers .file").all_inner_texts()
    assert names[:52] == [f"52-{place}.png" for place in reversed(range(52))]
    assert names[52:] == [f"60-{place}.png" for place in reversed(range(12, 60))]


def test_a_camera_that_fails_is_switched_off(page):
    """It says so, and can be tried again."""
    page.click("#camera")
    page.locator("#live-answer table").wait_for()
    page.evaluate("document.getElementById('video').srcObject.getTracks().forEach((one) => one.stop())")
    page.locator("#state.error:text('it stopped')").wait_for()
    assert page.locator("#live").is_hidden()
    page.click("#camera")
    page.locator("#live").wait_for()
    page.click("#camera")
    assert page.inner_text("#camera") == "Use the camera"


def test_it_reaches_nothing(page):
    """Its files and the pictures that it shows are all that it asks for; nothing was refused by its policy."""
    assert page.wrong == []
    assert {url.split(":")[0] for url in page.asked} <= {"file", "blob", "data"}
    reached = "fetch('https://example.org/').then(() => 'reached', () => 'refused')"
    assert page.evaluate(reached) == "refused"
