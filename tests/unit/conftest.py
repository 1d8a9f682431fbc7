from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from regraft.data import Manifest, label_positions
from regraft.evaluation import ChangedImage, Contestant, Costs, Predictions, Verdict, assess
from regraft.reports import RateGroup, RateSchedule, Report, Rung, TrainingCurve, TrainingStory


@pytest.fixture(scope="session")
def make_predictions():
    """A function that invents predictions which are right most of the time, with some structure in the mistakes."""

    def make(n=60, k=4, *, sharpness=2.0, names=None, group_size=None, seed=0, unknown=0):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, k, n)
        scores = rng.normal(size=(n, k))
        scores[np.arange(n), labels] += sharpness
        exponentials = np.exp(scores)
        labels[:unknown] = -1
        return Predictions(
            paths=tuple(f"folder/{row:04d}.jpg" for row in range(n)),
            labels=labels,
            probabilities=exponentials / exponentials.sum(axis=1, keepdims=True),
            class_names=tuple(names or [f"class {place}" for place in range(k)]),
            groups=None if group_size is None else tuple(f"object {row // group_size}" for row in range(n)),
        )

    return make


@pytest.fixture(scope="session")
def make_certain():
    """A function that makes predictions from two lists of classes, each given with the same confidence."""

    def make(labels, predicted, *, k=3, confidence=0.9, groups=None):
        probabilities = np.full((len(labels), k), (1 - confidence) / (k - 1))
        probabilities[np.arange(len(labels)), predicted] = confidence
        return Predictions(
            paths=tuple(f"{row}.jpg" for row in range(len(labels))),
            labels=np.array(labels),
            probabilities=probabilities,
            class_names=tuple("abcdefgh"[:k]),
            groups=groups,
        )

    return make


@pytest.fixture(scope="session")
def make_contestant():
    """A function that makes a classifier of two classes that is wrong on `n_wrong` images from `first_wrong` on."""

    def make(name, n_wrong, *, n=200, milliseconds=1.0, folder="", group_size=None, first_wrong=0):
        labels = np.arange(n) % 2
        answers = labels.copy()
        answers[first_wrong : first_wrong + n_wrong] ^= 1
        predictions = Predictions(
            paths=tuple(f"{row}.jpg" for row in range(n)),
            labels=labels,
            probabilities=np.where(np.arange(2) == answers[:, None], 0.9, 0.1),
            class_names=("a", "b"),
            groups=None if group_size is None else tuple(str(row // group_size) for row in range(n)),
        )
        costs = Costs(milliseconds=milliseconds, n_parameters=1_000_000, n_bytes=4_000_000)
        backbone, head = name.split(" + ")
        return Contestant(name, backbone, head, predictions, assess(predictions, train_counts=[n, n]), costs, folder)

    return make


@pytest.fixture(scope="session")
def make_report():
    """A function that makes the smallest report on some predictions, with anything else that is given."""

    def make(predictions, **parts):
        counts = np.ones(predictions.n_classes, np.int64)
        assessment = assess(predictions, train_counts=counts)
        return Report(
            **({"title": "A trial", "created": "2025-01-02T03:04:05+00:00", "assessment": assessment} | parts)
        )

    return make


@pytest.fixture(scope="session")
def make_training():
    """A function that makes a training with all its parts, in which every text is a given one."""

    def make(text="tail", *, n_changed=2, **parts):
        changed = tuple(
            ChangedImage(path=f"{text}/{row}", true_class=text, before=f"{text} b", after=f"{text} a")
            for row in range(n_changed)
        )
        curve = TrainingCurve(
            name=text,
            epochs=(1, 2, 3),
            train_loss=(0.9, 0.5, 0.3),
            validation_loss=(0.8, 0.6, None),
            train_accuracy=(0.5, 0.7, 0.9),
            validation_accuracy=(0.55, 0.65, 0.625),
            best_epoch=2,
        )
        verdict = Verdict(
            kept=text, sentence=f"{text}: +1.0 points.", difference=0.01, low=-0.01, high=0.03, p_value=0.25,
            cost_ratio=40, gained=changed, lost=changed, n_images=1234, method=text,
        )  # fmt: skip
        return TrainingStory(
            **(
                {
                    "curves": (curve, curve.model_copy(update={"name": "other"})),
                    "rates": (RateGroup(name=text, n_parameters=54321, learning_rate=3e-5, weight_decay=0.01),),
                    "schedule": RateSchedule(steps=(0, 1, 2), factors=(0.0, 1.0, 0.5)),
                    "rungs": (
                        Rung(name="probe", description=text, validation=0.61, validation_std=0.02, seconds=10),
                        Rung(name="diverged", description=text, seconds=60, settings={text: text, "epochs": 3}),
                        Rung(name=text, description=text, validation=0.66, seconds=400, is_winner=True),
                    ),
                    "verdict": verdict,
                    "notes": (text,),
                    "augmented": base64.b64encode(b"\xff\xd8\xff\xe0 sheet").decode(),
                }
                | parts
            )
        )

    return make


@pytest.fixture
def make_manifest():
    """A manifest from class names, one for each image, and whatever else matters."""

    def make(names, splits=None, groups=None, class_names=None, **more) -> Manifest:
        labels, found = label_positions(names)
        if class_names is not None:
            labels = np.array([-1 if name is None else class_names.index(name) for name in names])
        n_images = len(names)
        return Manifest(
            root=Path("/data"),
            paths=tuple(f"{row}.jpg" for row in range(n_images)),
            labels=labels,
            class_names=found if class_names is None else class_names,
            splits=tuple(splits or [None] * n_images),
            groups=tuple(groups or [None] * n_images),
            **more,
        )

    return make
