"""A training under way as others see it: which it is, and the classifier that its checkpoints hold.

runs/.training-DIGEST/training.json
runs/.training-DIGEST/checkpoints/
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from regraft.backbones import keep_weights, load_tensors
from regraft.bundle import BundleRecord, Classifier, choose_like
from regraft.core import (
    BundleError,
    Value,
    atomic_path,
    cache_folder,
    digest_bytes,
    digest_file,
    own_file,
    require_extra,
)
from regraft.data import asked_of, has_own_validation
from regraft.grafting.trained_networks import body_of, keep_trained

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.experiments import DatasetFeatures
    from regraft.finetuning import CheckpointFolder, Restored
    from regraft.grafting.train_options import TuningOptions

RECORD_FILE = "training.json"
_CHECKPOINTS_FOLDER = "checkpoints"
TRAINING_PREFIX = ".training-"

WhichWeights = Literal["auto", "last", "average", "best"]


class TrainingRecord(Value):
    """What a checkpoint's tensors need to become a classifier.

    Attributes:
        name: Of the run that the training will be.
        classifier: The record of the classifier that it began with.
        head_length: The usual length of its features, which the head's weights are divided by.
    """

    name: str
    classifier: BundleRecord
    head_length: float


def training_folder(options: TuningOptions, source: str, data: DatasetFeatures) -> Path:
    """The folder of a training that is under way: the same for the same command on the same images and labels."""
    asked = asked_of(options, leave_out=type(options).with_fact("same_work").keys())
    own_codes = [own_file(name) for name in options.own_code()]
    manifest = data.manifest
    rows = list(
        zip(manifest.paths, manifest.labels.tolist(), manifest.splits, manifest.groups, data.digests, strict=True)
    )
    parts = [
        type(options).__name__,
        source,
        asked,
        [None if path is None else digest_file(path) for path in own_codes],
        data.spec.digest,
        manifest.class_names,
        rows,
        *(["own validation"] if has_own_validation(manifest) else []),  # before, such images were trained on
    ]
    return options.runs / f"{TRAINING_PREFIX}{digest_bytes(json.dumps(parts).encode())[:16]}"


def write_training(folder: Path, record: TrainingRecord) -> None:
    """Say what a training's folder holds."""
    with atomic_path(folder / RECORD_FILE) as aside:
        aside.write_text(record.exact_json(), encoding="utf-8")


def read_training(folder: Path) -> TrainingRecord | None:
    """What a training's folder holds; None where it is none.

    Raises:
        BundleError: The record is damaged.
    """
    path = folder / RECORD_FILE
    if not path.is_file():
        return None
    try:
        return TrainingRecord.from_exact_json(path.read_bytes())
    except (ValueError, OSError) as error:
        raise BundleError(f"{path} is damaged: run the training's command again.") from error


def find_training(place: Path) -> Path | None:
    """The folder of the training that a path means: itself, or that of the run which will lie there.

    Args:
        place: A training's folder, or the folder that a run will have when it is finished. Trainings beside it whose
            records are damaged are passed over.
    """
    if (place / RECORD_FILE).is_file():
        return place
    candidates = [path for path in place.parent.glob(f"{TRAINING_PREFIX}*") if (path / RECORD_FILE).is_file()]
    for path in sorted(candidates, key=lambda path: (path / RECORD_FILE).stat().st_mtime, reverse=True):
        with suppress(BundleError):
            record = read_training(path)
            if record is not None and record.name == place.name:
                return path
    return None


def kept_steps(place: Path) -> tuple[int, ...]:
    """The steps of which a training under way keeps checkpoints, the newest last; none where there is no such training.

    Args:
        place: As for `find_training`.
    """
    training = find_training(place)
    return () if training is None else open_checkpoints(training).steps


def open_checkpoints(training: Path) -> CheckpointFolder:
    """The checkpoints in a training's folder.

    Raises:
        MissingExtraError: torch is not installed, which has written them.
    """
    require_extra("torch", "A training that is under way")
    from regraft.finetuning import CheckpointFolder

    return CheckpointFolder(training / _CHECKPOINTS_FOLDER)


def options_under_way(place: Path) -> dict[str, Any] | None:
    """What a training under way was asked for; None where there is none.

    Args:
        place: As for `find_training`.
    """
    training = find_training(place)
    record = None if training is None else read_training(training)
    return None if record is None else record.classifier.options


def classifier_at(record: TrainingRecord, restored: Restored, scratch: Path, weights: WhichWeights) -> Classifier:
    """The classifier that a checkpoint holds.

    Args:
        record: Of the training.
        restored: The checkpoint.
        scratch: A folder for its weights, its graph and the features that it gives.
        weights: Which of a checkpoint's: the last step's, their moving average, or those of the best epoch.
            auto takes the average where the training keeps one.

    Raises:
        BundleError: The checkpoint has no such weights.
    """
    from regraft.finetuning import fitted_head

    state = _chosen(restored, weights)
    [network] = record.classifier.networks
    spec = network.backbone
    base, _digest = keep_weights(spec, cache_folder() / "weights")
    trained = keep_trained(spec, {**load_tensors(base), **body_of(state)}, scratch / "weights")
    settings = record.classifier.head
    head = fitted_head(
        state["head.linear.weight"],
        state["head.linear.bias"],
        kind=settings["kind"],
        is_row_normalised=settings["is_row_normalised"],
        length=record.head_length,
    )
    tuned = network.model_copy(update={"backbone": trained})
    changed = record.classifier.model_copy(update={"networks": (tuned,), "head": head.settings()})
    return Classifier(record=changed, head=head, backbones=(trained,), choice=choose_like(changed), cache=scratch)


def _chosen(restored: Restored, weights: WhichWeights) -> dict[str, Any]:
    tree = restored.tree
    found: dict[str, Any] | None
    match weights:
        case "auto":
            found = tree["average"] or tree["network"]
        case "last":
            found = tree["network"]
        case "average":
            found = tree["average"]
        case "best":
            found = tree["best"]
    if not found:
        why = "averages no weights (--ema)" if weights == "average" else "has not judged an epoch yet"
        raise BundleError(f"The training {why}: use --weights last.")
    return found
