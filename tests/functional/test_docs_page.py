"""`/docs` of a real server in a real browser: it shows the routes, asks them, and reaches nothing else."""

from __future__ import annotations

import gzip
import os
import shutil

import pytest

from served import Served

pytestmark = pytest.mark.slow
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def server(small_run, shared_cache):
    """A server of one small network."""
    with Served(f"small={small_run}", cache=shared_cache) as process:
        yield process


@pytest.fixture(scope="module")
def page(server):
    """The page, opened by the address of the server alone."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        assert "CI" not in os.environ, "The tests' machine has no Chromium: .ci/run installs it."
        pytest.skip("There is no Chromium here: install one, and this is tested.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        opened = browser.new_page()
        opened.asked, opened.wrong = [], []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
        opened.on("console", lambda said: opened.wrong.append(said.text) if said.type == "error" else None)
        opened.goto(f"http://127.0.0.1:{server.port}/")
        opened.locator(".opblock").first.wait_for()
        yield opened
        browser.close()


def test_it_shows_all_routes(page, server):
    """Those of OpenAPI, each with its path."""
    shown = {text.replace("\u200b", "") for text in page.locator(".opblock-summary-path").all_inner_texts()}
    assert shown == set(server.ask("GET", "/openapi.json").json["paths"])


def test_an_image_can_be_asked_about(page, photos):
    """A file is chosen, sent as it is, and answered."""
    route = page.locator(".opblock-post")
    route.locator(".opblock-summary-control").click()
    route.locator("tr[data-param-name=name] input").fill("small")
    route.locator("select.content-type").first.select_option("image/png")
    route.locator("input[type=file]").set_input_files(photos / "red" / "00.png")
    route.locator("button.execute").click()
    answer = route.locator(".live-responses-table .response")
    answer.wait_for()
    assert '"label"' in answer.inner_text()


def test_it_reaches_nothing_else(page, server):
    """All that was asked for is of the server; the policy refuses the rest, and had nothing to refuse."""
    origin = f"http://127.0.0.1:{server.port}/"
    assert all(url.startswith((origin, "data:")) for url in page.asked)
    assert page.wrong == []
    reached = "fetch('https://example.org/').then(() => 'reached', () => 'refused')"
    assert page.evaluate(reached) == "refused"


def test_its_files_are_there_for_everyone(server):
    """Packed or not; of a name that it has not there is a problem."""
    packed = server.ask("GET", "/docs/swagger-ui.css", headers={"Accept-Encoding": "gzip"})
    plain = server.ask("GET", "/docs/swagger-ui.css")
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert gzip.decompress(packed.body) == plain.body
    assert b"Apache License" in server.ask("GET", "/docs/licences.txt").body
    refused = server.ask("GET", "/docs/..%2fdocs.html")
    assert (refused.status, refused.json["code"]) == (404, "not_found")
