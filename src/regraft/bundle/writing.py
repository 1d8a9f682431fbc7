"""Saving a classifier: a folder that appears whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.backbones import copy_weights
from regraft.bundle.card import render_card
from regraft.bundle.record import (
    CARD_FILE,
    GOLDEN_FILE,
    HEAD_FILE,
    NOVELTY_FILE,
    RECORD_FILE,
    SCHEMA_VERSION,
    SEEN_FILE,
)
from regraft.bundle.seen import pack_digests
from regraft.core import BundleError, digest_file, own_file, printable, publish, sync_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones import BackboneSpec
    from regraft.bundle.classifier import Classifier
    from regraft.bundle.record import BundleRecord


def save_bundle(
    classifier: Classifier,
    folder: Path,
    *,
    golden_inputs: Sequence[NDArray[np.uint8]],
    golden_features: NDArray[np.float32],
    seen: Sequence[str] = (),
) -> None:
    """Write a classifier with everything that using it needs.

    Args:
        classifier: What to save; the digests of its record are filled in.
        folder: Where to; it must not exist.
        golden_inputs: What the networks see of m images (`JoinedNetworks.inputs`). It is kept with the scores, and
            replayed by `check_bundle`.
        golden_features: (m, d) float32, the features of these images that the classifier was measured on: what is
            replayed is what was measured.
        seen: Content hashes of the images that it was trained on or chosen by.

    Raises:
        BundleError: The folder exists.
    """
    if folder.exists():
        raise BundleError(f"There is something at {folder} already. Choose another name, or move it away.")
    record = classifier.record.model_copy(update={"schema_version": SCHEMA_VERSION})
    golden = dict(zip(record.golden_inputs(), golden_inputs, strict=True))
    tensors: dict[str, Mapping[str, NDArray[Any]]] = {
        HEAD_FILE: classifier.head.tensors(),
        GOLDEN_FILE: {**golden, "scores": classifier.head.scores(golden_features)},
    }
    novelty = classifier.novelty
    if novelty is not None and (arrays := novelty.tensors()):
        tensors[NOVELTY_FILE] = arrays
    if seen:
        tensors[SEEN_FILE] = {"digests": pack_digests(seen)}
    aside = folder.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        names = [*_write_tensors(aside, tensors), *_copy_networks(classifier, record, aside)]
        record = record.model_copy(
            update={
                "digests": {name: digest_file(aside / name) for name in names},
                "head": classifier.head.settings(),
                "novelty": None if novelty is None else novelty.settings(),
                "prediction_sets": None if classifier.sets is None else classifier.sets.settings(),
            }
        )
        (aside / RECORD_FILE).write_text(record.model_dump_json(indent=2), encoding="utf-8")
        (aside / CARD_FILE).write_text(printable(render_card(record)), encoding="utf-8")
        for name in (*names, RECORD_FILE, CARD_FILE):
            publish(aside / name, aside / name)
        aside.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write_tensors(folder: Path, tensors: Mapping[str, Mapping[str, NDArray[Any]]]) -> list[str]:
    """Write arrays by file and name; gives the files."""
    from safetensors.numpy import save_file

    for name, parts in tensors.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        save_file({part: np.ascontiguousarray(array) for part, array in parts.items()}, folder / name)
    return [*tensors]


def _copy_networks(classifier: Classifier, record: BundleRecord, folder: Path) -> list[str]:
    """Copy each network's weights, and its source where its author wrote it; gives the files."""
    names = []
    for place, backbone in enumerate(classifier.backbones):
        names.append(record.weights_file(place))
        (folder / names[-1]).parent.mkdir(parents=True, exist_ok=True)
        copy_weights(backbone, classifier.cache / "weights", folder / names[-1])
        if backbone.family == "own":
            names.append(record.code_file(place))
            _copy_code(backbone, folder / names[-1])
    return names


def _copy_code(backbone: BackboneSpec, target: Path) -> None:
    """Keep the source file that makes the network."""
    source = own_file(backbone.architecture)
    if source is None or digest_file(source) != backbone.code:
        raise BundleError(
            f"The source of {backbone.name} is gone or was changed while the network was trained: it cannot be kept. "
            "Put the file back as it was and run the command again; the training is not lost."
        )
    shutil.copyfile(source, target)
