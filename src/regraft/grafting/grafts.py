"""What a training leaves: the network as a backbone, the classifier on it, its bundle, its journal."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle import Making, save_bundle
from regraft.experiments import build_classifier, seen_by, spread_out
from regraft.features import build_extractor

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones import BackboneSpec
    from regraft.bundle import Calibration, Classifier
    from regraft.experiments import DatasetFeatures
    from regraft.grafting.boundary import Boundary
    from regraft.grafting.fits import Fit
    from regraft.grafting.workshop import Workshop

    Rows = NDArray[np.int64]

_N_GOLDEN = 4
_TEMPERATURE_SPREAD = 0.5
"""A training begins calibrated: its temperature (log T) does not go far from 1 because of a few images."""


def making_of(spec: BackboneSpec, boundary: Boundary, calibration: Calibration, n_calibrated: int = 0) -> Making:
    """How a trained classifier came about.

    Args:
        spec: The network that training began with.
        boundary: What of it was trained.
        calibration: What its probabilities were calibrated on.
        n_calibrated: How many images that were.
    """
    return Making(
        network="from scratch" if spec.is_untrained else "fine-tuned",
        first_stage="" if boundary.cut is None else boundary.stage,
        calibration=calibration,
        n_calibrated=n_calibrated,
    )


def graft(
    name: str, shop: Workshop, fit: Fit, test: Rows, making: Making, *, temperature: float
) -> tuple[DatasetFeatures, Classifier]:
    """The trained network as a backbone, its features of the test images, and the classifier with its trained head."""
    data = shop.data
    spec = shop.keep(fit)
    extractor = build_extractor(
        spec, data.choice, transform=data.extractor.transform, layer=shop.options.layer, cache=shop.cache
    )
    files = data.manifest.files()
    found = extractor.extract([files[row] for row in test], [data.digests[row] for row in test], progress=shop.progress)
    features = np.zeros((len(files), spec.n_features), np.float32)
    features[test[found.rows]] = found.features
    tuned = replace(data, features=features, spec=spec, extractor=extractor)
    return tuned, build_classifier(name, tuned, replace(fit.head, temperature=temperature), shop.options, making)


def temperature_of(fit: Fit, data: DatasetFeatures) -> float:
    """The head's calibration on the images that judged the epochs; 1 where there are none."""
    from regraft.heads import fit_temperature

    if fit.trained.scores is None:
        return 1.0
    labels = data.manifest.labels[fit.sides.validation]
    return fit_temperature(fit.trained.scores, labels, prior_spread=_TEMPERATURE_SPREAD)


def save(folder: Path, classifier: Classifier, data: DatasetFeatures, test: Rows) -> None:
    """Save the bundle with golden inputs from the test images; all others have been seen."""
    golden = spread_out(test, _N_GOLDEN)
    seen = np.setdiff1d(np.arange(len(data.digests)), test)
    save_bundle(
        classifier,
        folder / "bundle",
        golden_pixels=data.pixels(golden),
        golden_features=data.features[golden],
        seen=seen_by([data.digests[row] for row in seen], classifier.record.options.get("backbone")),
    )


def keep_journal(work: Path | None, folder: Path) -> None:
    """Copy what was logged in training to the run's folder: a run that fails at its end can still be taken up."""
    for path in () if work is None else work.iterdir():
        if path.name in ("log.jsonl", "tensorboard"):
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, folder / path.name)
