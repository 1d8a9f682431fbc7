"""What a training leaves: the network as a backbone, the classifier on it, its journal."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle import Making
from regraft.experiments import build_classifier, for_all_classes, learn_uncertainty
from regraft.features import JoinedNetworks, tap_network
from regraft.grafting.held_out import Confidence
from regraft.grafting.strangers import learn_from_frozen, learn_from_held_out, told_of_measure
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
    from regraft.grafting.train_options import TuningOptions
    from regraft.heads import MeasureChoice, Selection


@dataclass(frozen=True, eq=False)
class Kept:
    """The classifier that a run keeps.

    Attributes:
        classifier: It.
        data: The images, with features of its networks of those that are tested on.
        calibration: What was done to make its probabilities believable, and why.
        measure: Why strangeness is measured as it is; None where it is not.
    """

    classifier: Classifier
    data: DatasetFeatures
    calibration: str
    measure: MeasureChoice | None


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


def graft(name: str, setup: Setup, prepared: Prepared, fit: Fit, *, test: Rows, held: HeldOut | None) -> Kept:
    """The trained network as a backbone, and the classifier with its trained head, which knows its limits.

    Args:
        name: Of the classifier.
        setup: What was trained on what.
        prepared: Where it was cut.
        fit: The training.
        test: (t,) rows of the test images.
        held: What such trainings said of images that they had not seen; None where there are none.
    """
    data, options = setup.data, setup.options
    if data.spec.is_untrained:
        tuned = _seen_by_trained(setup, fit, np.concatenate([test, fit.sides.train, fit.sides.validation]))
        novelty, findings = learn_from_held_out(tuned, fit.sides, options)
    else:
        tuned = _beside_frozen(data, _seen_by_trained(setup, fit, test))
        novelty, findings = learn_from_frozen(data, setup.rows, options)
    tuned = tuned.remarked(*findings)
    confidence = Confidence.learnt(held, data, options)
    head = replace(fit.head, temperature=confidence.temperature)
    making = making_of(data.spec, prepared.boundary, None if confidence.sets is None else held)
    classifier = build_classifier(name, tuned, head, options, making)
    classifier = replace(classifier, novelty=novelty, sets=confidence.sets)
    return Kept(classifier, tuned, confidence.reason, None if novelty is None else told_of_measure(tuned))


def keep_probe(name: str, data: DatasetFeatures, selection: Selection, train: Rows, options: TuningOptions) -> Kept:
    """The classifier of a fitted head, where no training was worth it.

    Args:
        name: Of the classifier.
        data: The images with features of the networks that it stands on.
        selection: The head.
        train: (m,) rows that it was fitted on.
        options: Of the run.
    """
    uncertainty, findings = learn_uncertainty(data, train, selection, options)
    data = data.remarked(*findings)
    classifier = build_classifier(name, data, for_all_classes(selection, data), options)
    reason = selection.found.reason
    if uncertainty is None:
        return Kept(classifier, data, reason, None)
    classifier = replace(classifier, novelty=uncertainty.novelty, sets=uncertainty.sets)
    return Kept(classifier, data, reason, uncertainty.choice)


def _seen_by_trained(setup: Setup, fit: Fit, rows: Rows) -> DatasetFeatures:
    """The images with the trained network's features of some of them, 0 of the others."""
    data = setup.data
    spec = keep_trained(data.spec, {**setup.network.state_dict(), **fit.network_state}, setup.cache / "weights")
    tapped = tap_network(spec, data.choice, transform=data.transform, layer=setup.options.layer, cache=setup.cache)
    networks = JoinedNetworks((tapped,), data.choice)
    files = data.manifest.files()
    found = networks.extract([files[row] for row in rows], [data.digests[row] for row in rows], progress=setup.progress)
    features = np.zeros((len(files), spec.n_features), np.float32)
    features[rows[found.rows]] = found.features
    return replace(data, features=features, networks=networks)


def _beside_frozen(data: DatasetFeatures, tuned: DatasetFeatures) -> DatasetFeatures:
    """The images with features of the trained network, and behind them of the one that it was."""
    networks = replace(tuned.networks, frozen=data.networks.parts)
    return replace(tuned, features=np.concatenate([tuned.features, data.features], axis=1), networks=networks)


def keep_journal(work: Path, folder: Path) -> None:
    """Copy what was logged in training to the run's folder: a run that fails at its end can still be taken up."""
    for path in work.iterdir():
        if path.name in ("log.jsonl", "tensorboard"):
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, folder / path.name)
