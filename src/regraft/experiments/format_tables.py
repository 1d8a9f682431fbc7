"""A classifier and its exports, measured on this machine beside each other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from regraft.bundle import load, make_pictures
from regraft.experiments.circumstances import processor_name
from regraft.experiments.timing import median_milliseconds
from regraft.exporting import ask_bundle, open_export, see_images, seen_inputs
from regraft.reports import FormatRow, FormatTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from regraft.backbones import EngineChoice
    from regraft.exporting import AnswerChange, Export

    Pixels: TypeAlias = Sequence[NDArray[np.uint8]]

N_BATCH = 32
_N_TIMED = 7


class MeasuredBundle(NamedTuple):
    """A bundle that is measured beside its exports.

    Attributes:
        folder: The bundle.
        choice: What runs it.
        trust_code: Whether a network's own code may run.
        answers: To a user's images; None where there were none.
    """

    folder: Path
    choice: EngineChoice
    trust_code: bool
    answers: AnswerChange | None


def measure_formats(subjects: Sequence[MeasuredBundle], exports: Sequence[Export], name: str) -> FormatTable:
    """How good, large and fast a bundle and its exports are; a page is not run, a browser would be needed.

    Args:
        subjects: The bundle in each precision.
        exports: Of it.
        name: Of the classifier.
    """
    rows = [*map(_measure_bundle, subjects), *map(_measure_export, exports)]
    return FormatTable(classifier=name, machine=processor_name(), n_batch=N_BATCH, rows=tuple(rows))


def _measure_bundle(subject: MeasuredBundle) -> FormatRow:
    pictures = make_pictures(N_BATCH)
    began = time.perf_counter()
    classifier = load(subject.folder, choice=subject.choice, trust_code=subject.trust_code)
    inputs, views = seen_inputs(classifier.all_networks)

    def ask(pixels: Pixels) -> object:
        return ask_bundle(classifier, views, pixels)

    ask(see_images(inputs, pictures[:1]))
    seconds = time.perf_counter() - began
    n_bytes = sum(file.stat().st_size for file in subject.folder.rglob("*") if file.is_file())
    row = _row(f"bundle, {subject.choice.precision}", subject.answers, n_bytes)
    return row.model_copy(update={"load_seconds": seconds} | _speeds(ask, see_images(inputs, pictures)))


def _measure_export(export: Export) -> FormatRow:
    row = _row(f"{export.format}, {export.precision}", export.parity.answers, export.n_bytes)
    if export.format == "web":
        return row
    pictures = make_pictures(N_BATCH)
    began = time.perf_counter()
    exported = open_export(export.folder)

    def ask(pixels: Pixels) -> object:
        return exported.judge(exported.compute(pixels))

    ask(exported.inputs(pictures[:1]))
    seconds = time.perf_counter() - began
    return row.model_copy(update={"load_seconds": seconds} | _speeds(ask, exported.inputs(pictures)))


def _speeds(ask: Callable[[Pixels], object], pixels: Pixels) -> dict[str, float]:
    first = [part[:1] for part in pixels]
    return {
        "milliseconds": median_milliseconds(lambda: ask(first)),
        "images_per_second": 1000 * N_BATCH / median_milliseconds(lambda: ask(pixels), _N_TIMED),
    }


def _row(name: str, answers: AnswerChange | None, n_bytes: int) -> FormatRow:
    if answers is None:
        return FormatRow(name=name, n_bytes=n_bytes)
    return FormatRow(
        name=name,
        n_bytes=n_bytes,
        n_images=answers.n_images,
        n_changed=answers.n_changed,
        accuracy=answers.accuracy,
        difference=answers.difference,
    )
