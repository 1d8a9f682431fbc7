"""`regraft serve` with an engine that fails over certain images, and opens nothing anew before a file is there.

Run as: failing_server.py serve ...; the environment's FAILING_UNTIL names the file. An image that is all black makes
the engine raise an error, one that is all white ends its thread; bytes that begin with EXIT end that of a decoder, and
such that begin with HOLD keep it until the file is there.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from regraft.bundle import StagedClassifier
from regraft.cli import main
from regraft.serving.shelf import Shelf

answer, see, renew = StagedClassifier.answer, StagedClassifier.see, Shelf._renewed


def answer_or_fail(self, seen):
    """As always, but for two images."""
    for inputs in seen:
        if inputs[0].max() == 0:
            raise RuntimeError("the engine has failed over a black image")
        if inputs[0].min() == 255:
            raise SystemExit
    return answer(self, seen)


def see_or_fail(self, data, name, *, n_pixels_max):
    """As always, but for some bytes."""
    if data.startswith(b"EXIT"):
        raise SystemExit
    if data.startswith(b"HOLD"):
        await_file()
    return see(self, data, name, n_pixels_max=n_pixels_max)


def await_file():
    """Until it is there."""
    while not Path(os.environ["FAILING_UNTIL"]).exists():
        time.sleep(0.01)


def renewed_later(self, *what):
    """As always, when the file is there."""
    await_file()
    return renew(self, *what)


if __name__ == "__main__":
    StagedClassifier.answer, StagedClassifier.see, Shelf._renewed = answer_or_fail, see_or_fail, renewed_later
    main()
