"""Answers for a folder of tiny images into a file: run as a program, or called in a test.

    python predicting_child.py FOLDER OUT STORE LOG [STEP:CALL:MOMENT]

All of it is Regraft's own, but the network (`extraction_child`) and the classes: signs of the features' sum.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from extraction_child import extractor_of
from failpoints import FailPoint
from regraft.bundle import Judgement, PredictionStream, PredictResult, outcome_format, write_stream
from regraft.bundle.asked_images import AskedFiles
from regraft.bundle.predictions import Telling
from regraft.data import list_images

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.core import Progress


def judge(features: NDArray[np.float32]) -> Judgement:
    """Two classes, by the sum of the features."""
    first = 1 / (1 + np.exp(-features.sum(axis=1, dtype=np.float64) / 1e5)) if len(features) else np.zeros(0)
    return Judgement(np.stack([first, 1 - first], axis=1))


def stream_of(folder: Path, store: Path, log: Path, *, bundle: str = "bundle", top_k: int = 1) -> PredictionStream:
    """The answers for a folder."""
    return PredictionStream(
        images=AskedFiles(list_images(folder)),
        networks=extractor_of(store, log),
        judge=judge,
        telling=Telling(("high", "low"), top_k),
        bundle=bundle,
        cache=store.parent,
    )


def predict(folder: Path, out: Path, store: Path, log: Path, progress: Progress | None = None) -> PredictResult:
    """Write them."""
    return write_stream(stream_of(folder, store, log), out, outcome_format(out), progress=progress)


if __name__ == "__main__":
    for text in sys.argv[5:]:
        FailPoint.parse(text).arm()
    predict(*map(Path, sys.argv[1:5]))
