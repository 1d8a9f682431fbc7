"""What a training leaves: the network as a backbone, the classifier on it, its journal."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle import Making
from regraft.experiments import build_classifier
from regraft.features import JoinedNetworks, tap_network
from regraft.grafting.held_out import Confidence
from regraft.grafting.trained_networks import keep_trained

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.backbones import BackboneSpec
    from regraft.bundle import Classifier
    from regraft.core import Rows
    from regraft.experiments import DatasetFeatures
    from regraft.grafting.boundary import Boundary
    from regraft.grafting.fitting import Fit
    from regraft.grafting.held_out import HeldOut
    from regraft.grafting.preparation import Prepared
    from regraft.grafting.setup import Setup


def making_of(spec: BackboneSpec, boundary: Boundary, held: HeldOut | None = None) -> Making:
    """How a trained classifier came about.

    Args:
        spec: The network that training began with.
        boundary: What of it was trained.
        held: What its probabilities were calibrated on.
    """
    return Making(
        network="from scratch" if spec.is_untrained else "fine-tuned",
        first_stage="" if boundary.cut is None else boundary.stage,
        calibration="none" if held is None else held.source,
        n_calibrated=0 if held is None else len(held.rows),
    )


def graft(
    name: str, setup: Setup, prepared: Prepared, fit: Fit, *, test: Rows, held: HeldOut | None
) -> tuple[DatasetFeatures, Classifier]:
    """The trained network as a backbone, its features of the test images, and the classifier with its trained head.

    Args:
        name: Of the classifier.
        setup: What was trained on what.
        prepared: Where it was cut.
        fit: The training.
        test: (t,) rows of the test images.
        held: What such trainings said of images that they had not seen; None where there are none.
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
    confidence = Confidence.learnt(held, data, setup.options)
    head = replace(fit.head, temperature=confidence.temperature)
    making = making_of(data.spec, prepared.boundary, held)
    return tuned, replace(build_classifier(name, tuned, head, setup.options, making), sets=confidence.sets)


def keep_journal(work: Path, folder: Path) -> None:
    """Copy what was logged in training to the run's folder: a run that fails at its end can still be taken up."""
    for path in work.iterdir():
        if path.name in ("log.jsonl", "tensorboard"):
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, folder / path.name)
