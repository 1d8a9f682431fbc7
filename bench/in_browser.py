"""A real Chromium with an export's page: what it says of pixels."""

from __future__ import annotations

import base64
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.bundle import make_pictures
from regraft.exporting import ask_bundle, see_images, seen_inputs
from regraft.images import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.data import ImageFile

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ASK = """async (given) => {
  const page = await regraft, inputs = {};
  for (const [name, text, height, width] of given) {
    const pixels = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    inputs[name] = new page.ort.Tensor("uint8", pixels, [1, height, width, 3]);
  }
  const began = performance.now(), said = await page.judgeResized(inputs);
  return [said.probabilities, performance.now() - began];
}"""


def find_browser() -> str | None:
    """A Chromium; None where there is none, or nothing to drive it."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return None
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def opened(export: Path, browser: str) -> Iterator[Any]:
    """An export's page, ready.

    Args:
        export: The folder.
        browser: The program.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser)
        page = running.new_page()
        page.goto((export / "index.html").absolute().as_uri())
        page.locator("#state:text('Ready'), #state.error").wait_for()
        yield page
        running.close()


def told_in_browser(classifier: Classifier, export: Path, files: Sequence[ImageFile], browser: str) -> str:
    """How a page's answers differ from the bundle's on the same pixels, in a line.

    Args:
        classifier: In float32.
        export: The folder with the page.
        files: Images, besides made pictures.
        browser: The program.
    """
    inputs, views = seen_inputs(classifier.all_networks)
    differences, n_changed, times = [], 0, []
    with opened(export, browser) as page:
        for image in (*make_pictures(8), *map(read_whole, files)):
            pixels = see_images(inputs, [image])
            wanted = ask_bundle(classifier, views, pixels).probabilities[0]
            given = [[one.name, *_sent(part)] for one, part in zip(inputs, pixels, strict=True)]
            said, milliseconds = page.evaluate(_ASK, given)
            differences.append(float(np.abs(np.array(said) - wanted).max()))
            n_changed += int(np.argmax(said) != wanted.argmax())
            times.append(milliseconds)
    return (
        f"{len(differences)} images in Chromium, probabilities differ by {max(differences):.1e}, {n_changed} other "
        f"classes; {np.median(times):.0f} ms an image on one thread"
    )


def _sent(pixels: NDArray[np.uint8]) -> tuple[str, int, int]:
    return base64.b64encode(pixels.tobytes()).decode(), pixels.shape[1], pixels.shape[2]
