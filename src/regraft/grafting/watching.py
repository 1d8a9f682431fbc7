"""The classifiers that a place holds, one after the other: a saved one, or the checkpoints of a training under way."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.bundle import find_bundle, find_seen, load
from regraft.core import BundleError, SilentProgress, StoreError, json_text, plural
from regraft.grafting.records import (
    TrainingRecord,
    WhichWeights,
    classifier_at,
    find_training,
    open_checkpoints,
    read_training,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.core import Options, Progress
    from regraft.evaluation import Assessment
    from regraft.experiments import Measured, Yardstick
    from regraft.finetuning import Restored

_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass
class Place:
    """A bundle, a run, a training's folder, or the folder that a run will have when it is finished.

    Attributes:
        path: Where it is.
        trust_code: Run the network's source code, with the user's rights.
        weights: Which of a checkpoint's.
        progress: Where to report.
    """

    path: Path
    trust_code: bool = False
    weights: WhichWeights = "auto"
    progress: Progress = field(default_factory=SilentProgress)
    _final: Path | None = None

    def classifiers(self, wait_minutes: float | None = None) -> Generator[tuple[int | None, Classifier], None, None]:
        """Load what is there; or watch, and load what comes.

        Args:
            wait_minutes: Go on with each new checkpoint, and end with the finished run, or when so long none came.
                None for what is there now.

        Yields:
            The step of the checkpoint (None for a saved classifier) and the classifier. It can be used until the next.

        Raises:
            BundleError: There is nothing (and nothing to wait for), or it cannot be loaded.
            MissingExtraError: A training is under way, and torch is not installed.
        """
        step, seen = -1, time.monotonic()
        while not self._is_finished():
            newer = self._newer(step)
            if newer is not None:
                record, restored = newer
                with tempfile.TemporaryDirectory(prefix="regraft-") as scratch:
                    yield restored.step, classifier_at(record, restored, Path(scratch), self.weights)
                step, seen = restored.step, time.monotonic()
            if wait_minutes is None and newer is not None:
                return
            if wait_minutes is None:
                break  # loading says that nothing is there
            if time.monotonic() - seen > 60 * wait_minutes:
                return
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        yield None, load(self._final or self.path, trust_code=self.trust_code)

    def seen(self, digests: Sequence[str]) -> NDArray[np.bool_] | None:
        """Which images the saved classifier was trained on or chosen by; None where nobody knows (yet)."""
        return find_seen(find_bundle(self._final or self.path), digests) if self._is_finished() else None

    def _is_finished(self) -> bool:
        try:
            find_bundle(self._final or self.path)
        except BundleError:
            return False
        return True

    def _newer(self, step: int) -> tuple[TrainingRecord, Restored] | None:
        """The newest checkpoint behind a step, if there is one."""
        training = find_training(self.path)
        record = None if training is None else read_training(training)
        if training is None or record is None:
            return None
        self._final = training.parent / record.name
        folder = open_checkpoints(training)
        if (folder.newest_step or -1) <= step:
            return None
        try:
            restored = folder.load_latest()
        except StoreError:  # it was replaced while it was read; or all are damaged, and the training will say so
            return None
        if restored is None or restored.step <= step:
            return None
        if record.classifier.networks[0].backbone.family == "own" and not self.trust_code:
            raise BundleError(f"The network of {self.path} is code of your own, which would be run: add --trust-code.")
        for sentence in restored.skipped:
            self.progress.say(sentence)
        return record, restored


def measure_all(
    place: Place, yardstick: Yardstick, folder: Path, options: Options, wait_minutes: float | None
) -> Measured:
    """Measure all classifiers of a place; the last is the result. Ctrl-C ends the watching after the first.

    Args:
        place: Where they are.
        yardstick: What they are measured on.
        folder: Of the run, for the report.
        options: Of the run.
        wait_minutes: As for `Place.classifiers`.

    Raises:
        BundleError: There is none, or none came.
        DataError: The images have classes that it does not know, or cannot be read.
    """
    measured: Measured | None = None
    with closing(place.classifiers(wait_minutes)) as found:
        try:
            for step, classifier in found:
                yardstick = yardstick.hashed()
                find_seen = place.seen if step is None else _nobody_knows
                measured = yardstick.measure(folder, classifier, find_seen, options, place=str(place.path))
                if step is not None:
                    _report_checkpoint(folder, step, measured.assessment, place.progress)
        except KeyboardInterrupt:
            if measured is None:
                raise
            place.progress.say("Watching was stopped: the report is of the last checkpoint that was measured.")
    if measured is None:
        raise BundleError(f"No checkpoint of {place.path} came in {wait_minutes:g} minutes. Is its training running?")
    return measured


def _nobody_knows(_digests: Sequence[str]) -> None:
    """What a checkpoint of a training under way says of the images that it has seen."""


def _report_checkpoint(folder: Path, step: int, assessment: Assessment, progress: Progress) -> None:
    """A line for the user and for `checkpoints.jsonl`."""
    numbers = {"step": step, "accuracy": assessment.accuracy.value}
    if assessment.top5_accuracy is not None:
        numbers["recall_5"] = assessment.top5_accuracy.value
    with (folder / "checkpoints.jsonl").open("a", encoding="utf-8") as file:
        file.write(json_text(numbers) + "\n")
    progress.say(f"Step {step:,}: accuracy {assessment.accuracy} on {plural(assessment.n_images, 'image')}.")
