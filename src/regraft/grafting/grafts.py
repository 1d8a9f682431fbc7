"""What a training leaves: the network as a backbone, the classifier on it, its journal."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle import Making
from regraft.experiments import build_classifier
from regraft.features import JoinedNetworks, tap_network
from regraft.grafting.trained_networks import keep_trained

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones import BackboneSpec
    from regraft.bundle import Calibration, Classifier
    from regraft.experiments import DatasetFeatures
    from regraft.grafting.boundary import Boundary
    from regraft.grafting.fitting import Fit
    from regraft.grafting.setup import Setup

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
    name: str, setup: Setup, fit: Fit, test: NDArray[np.int64], making: Making, *, temperature: float
) -> tuple[DatasetFeatures, Classifier]:
    """The trained network as a backbone, its features of the test images, and the classifier with its trained head.

    Args:
        name: Of the classifier.
        setup: What was trained on what.
        fit: The training.
        test: (t,) rows of the test images.
        making: How the classifier came about.
        temperature: Of its head.
    """
    data = setup.data
    spec = keep_trained(data.spec, {**setup.network.state_dict(), **fit.network_state}, setup.cache / "weights")
    tapped = tap_network(spec, data.choice, transform=data.transform, layer=setup.options.layer, cache=setup.cache)
    networks = JoinedNetworks((tapped,), data.choice)
    files = data.manifest.files()
    found = networks.extract([files[row] for row in test], [data.digests[row] for row in test], progress=setup.progress)
    features = np.zeros((len(files), spec.n_features), np.float32)
    features[test[found.rows]] = found.features
    tuned = replace(data, features=features, networks=networks)
    return tuned, build_classifier(name, tuned, replace(fit.head, temperature=temperature), setup.options, making)


def temperature_of(fit: Fit, data: DatasetFeatures) -> float:
    """The head's calibration on the images that judged the epochs; 1 where there are none."""
    from regraft.heads import fit_temperature

    if fit.trained.scores is None:
        return 1.0
    labels = data.manifest.labels[fit.sides.validation]
    return fit_temperature(fit.trained.scores, labels, prior_spread=_TEMPERATURE_SPREAD)


def keep_journal(work: Path, folder: Path) -> None:
    """Copy what was logged in training to the run's folder: a run that fails at its end can still be taken up."""
    for path in work.iterdir():
        if path.name in ("log.jsonl", "tensorboard"):
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, folder / path.name)
