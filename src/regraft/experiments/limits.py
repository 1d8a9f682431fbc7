"""What a finished classifier says of its limits, and its probabilities of themselves, on test images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regraft.core import DataError, OptionError, plural, quoted
from regraft.data import left_out, make_finding
from regraft.datasets import read_dataset
from regraft.evaluation import measure_limits, measure_strangers, simulate_calibration
from regraft.experiments.hashed_features import hash_and_extract

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.bundle import Classifier, Judgement
    from regraft.core import Progress
    from regraft.data import Finding, Manifest, Reading
    from regraft.evaluation import CalibrationNoise, Limits, Predictions
    from regraft.heads import MeasureChoice

_N_NOISY_MAX = 50_000
"""Of more images the calibration error owes nothing to chance, and a thousand drawings would fill the memory."""


@dataclass(frozen=True, eq=False)
class Strangers:
    """Images of none of the classes.

    Attributes:
        place: Where they lie, as the user named it.
        novelty: (m,) how strange they look.
        groups: m names of the object that an image shows.
        findings: What was noticed: files that could not be read, groups that were not found.
    """

    place: str
    novelty: NDArray[np.float64]
    groups: tuple[str | None, ...]
    findings: tuple[Finding, ...]


def see_strangers(place: str, classifier: Classifier, reading: Reading, progress: Progress) -> Strangers:
    """Images of none of the classes, as a classifier sees them.

    Args:
        place: A folder of any structure, a table, or the name of a data set.
        classifier: What looks at them.
        reading: How the place is read.
        progress: Where to report.

    Raises:
        OptionError: The classifier cannot tell unknown images.
        DataError: No image can be read.
    """
    if classifier.novelty is None:
        raise OptionError(
            f"The classifier {quoted(classifier.record.name)} cannot tell images of none of its classes, so --unknown "
            "has nothing to measure. One that is made now can: run the command that made it again."
        )
    manifest, noticed = _read_strangers(place, replace(reading, keep_unlabelled=True))
    prints, found = hash_and_extract(manifest, classifier.all_networks, progress)
    if not len(found.rows):
        raise DataError(f"None of {plural(len(manifest), 'file')} of {place} could be read.")
    novelty = classifier.judge(found.features).novelty
    assert novelty is not None
    unreadable = prints.unreadable + manifest.named(found.unreadable)
    return Strangers(place, novelty, manifest.select(found.rows).groups, (*noticed, *left_out(unreadable)))


def _read_strangers(place: str, reading: Reading) -> tuple[Manifest, tuple[Finding, ...]]:
    """They may be called in another way than the images of known classes."""
    try:
        return read_dataset(place, reading), ()
    except DataError:
        if reading.group_by is None:
            raise
        manifest = read_dataset(place, replace(reading, group_by=None))
    message = (
        f"--group-by {quoted(reading.group_by)} fits no {quoted(place)}: these images are counted as if each showed "
        "another object. Where several show one, the intervals of what is said of strangers are too narrow."
    )
    return manifest, (make_finding("ungrouped_strangers", "note", message, len(manifest)),)


def limits_of(
    classifier: Classifier,
    judgement: Judgement,
    predictions: Predictions,
    *,
    strangers: Strangers | None = None,
    choice: MeasureChoice | None = None,
) -> Limits | None:
    """What a classifier rejects, and which classes it thinks possible; None where it rejects nothing.

    Args:
        classifier: What is measured.
        judgement: Of the test images.
        predictions: The same, with the truth.
        strangers: Images of none of the classes.
        choice: Of the measure of strangeness, where that is known.
    """
    novelty = classifier.novelty
    if novelty is None:
        return None
    assert judgement.novelty is not None
    limits = measure_limits(
        predictions,
        judgement.novelty,
        judgement.named,
        measure=novelty.measure,
        threshold=novelty.threshold,
        sets=classifier.sets,
        strange=None if strangers is None else strangers.novelty,
    ).model_copy(update={"reason": "" if choice is None else choice.reason})
    if strangers is None:
        return limits
    measured = measure_strangers(
        judgement.novelty,
        strangers.novelty,
        novelty.threshold.value,
        known_groups=predictions.groups,
        strange_groups=strangers.groups,
    )
    return limits.model_copy(update={"strangers": measured, "strangers_place": strangers.place})


def noise_of(predictions: Predictions) -> CalibrationNoise | None:
    """How large the calibration error of so few images is by chance; None of very many."""
    return simulate_calibration(predictions) if len(predictions) <= _N_NOISY_MAX else None
