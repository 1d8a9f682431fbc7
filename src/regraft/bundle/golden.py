"""Replaying the inputs that a bundle keeps: does it still give the scores it gave when it was saved?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle.reading import find_bundle, load, read_tensors
from regraft.bundle.record import GOLDEN_FILE
from regraft.bundle.seen import read_seen
from regraft.core import BundleError, Value
from regraft.data import Finding, unkept

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones import EngineChoice
    from regraft.bundle.classifier import Classifier

TOLERANCE_SAME = 1e-4
"""Largest score difference on the same engine and precision, relative to the largest score."""
TOLERANCE_OTHER = 0.1
"""The same on another engine or precision; bf16 keeps 8 bits of each product's factors."""


class CheckResult(Value):
    """What replaying the golden inputs gave."""

    folder: str
    n_inputs: int
    engine: str
    is_same_engine: bool
    largest_difference: float
    tolerance: float
    findings: tuple[Finding, ...] = ()


def check_bundle(
    folder: str | Path, *, choice: EngineChoice | None = None, cache: str | Path | None = None, trust_code: bool = False
) -> CheckResult:
    """Load a bundle, verify all of it, and replay its golden inputs.

    Args:
        folder: The bundle or a run's folder.
        choice: What shall run it.
        cache: The cache folder.
        trust_code: As for `load`.

    Raises:
        BundleError: It is damaged, or gives other scores than when it was saved.
    """
    folder = find_bundle(folder)
    classifier = load(folder, choice=choice, cache=cache, trust_code=trust_code)
    read_seen(folder)  # for its checks
    inputs, expected = read_golden(folder, classifier)
    made_with = classifier.record.engine
    used = classifier.choice
    is_same = (made_with.engine, made_with.precision) == (used.engine, used.precision)
    tolerance = TOLERANCE_SAME if is_same else TOLERANCE_OTHER
    scale = max(float(np.abs(expected).max(initial=0.0)), 1e-6)
    difference = float(np.abs(classifier.scores(inputs) - expected).max(initial=0.0)) / scale
    if not difference <= tolerance:
        raise BundleError(
            f"The bundle {folder} does not give the scores it gave when it was saved: the largest difference is "
            f"{difference:.2g} of the largest score, allowed is {tolerance:g} ({used.engine} {used.precision}; saved "
            f"with {made_with.engine} {made_with.precision}). Do not use it; make it again."
        )
    return CheckResult(
        folder=str(folder),
        n_inputs=len(expected),
        engine=f"{used.engine} {used.precision}",
        is_same_engine=is_same,
        largest_difference=difference,
        tolerance=tolerance,
        findings=unkept(classifier.cache),
    )


def read_golden(folder: Path, classifier: Classifier) -> tuple[list[NDArray[np.uint8]], NDArray[np.float32]]:
    """A bundle's golden inputs.

    Args:
        folder: The bundle, whose files were checked.
        classifier: What it holds.

    Returns:
        For each view of each network that the head reads (m, h, w, 3) uint8, and the scores (m, k) that they must give.

    Raises:
        BundleError: They do not fit its networks and classes.
    """
    golden = read_tensors(folder / GOLDEN_FILE)
    expected = golden.pop("scores", None)
    sizes = [part.transform.height for part in classifier.networks.parts for _view in part.views]
    names = classifier.record.golden_inputs()
    if expected is None or set(golden) != set(names) or expected.shape[1:] != (len(classifier.class_names),):
        raise _unfit(folder)
    inputs = [golden[name] for name in names]
    for pixels, size in zip(inputs, sizes, strict=True):
        if pixels.dtype != np.uint8 or pixels.shape != (len(expected), size, size, 3):
            raise _unfit(folder)
    return inputs, expected


def _unfit(folder: Path) -> BundleError:
    return BundleError(f"The golden inputs of {folder} do not fit its networks and classes.")
