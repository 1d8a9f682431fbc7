"""Exports: written aside, read back, compared with the bundle, and only then there."""

from __future__ import annotations

import shutil
import uuid
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

from regraft.core import ExportError, digest_file, exact_json, publish, require_extra, sync_folder
from regraft.exporting.classifier_graph import build_classifier, seen_inputs
from regraft.exporting.comparing import REPORT_FILE, compare_exports
from regraft.exporting.formats import write_graphs
from regraft.exporting.quantising import quantise, require_calibrating
from regraft.exporting.resize_graph import build_resize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.exporting.answer_changes import AnswerChange
    from regraft.exporting.comparing import Parity
    from regraft.exporting.formats import ExportFormat
    from regraft.exporting.proof_images import ProofImages

Precision: TypeAlias = Literal["fp32", "int8"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


class Target(NamedTuple):
    """An export that is wanted.

    Attributes:
        format: Of it.
        precision: Of its networks.
        folder: Where to; it must not exist.
    """

    format: ExportFormat
    precision: Precision
    folder: Path


@dataclass(frozen=True)
class Export:
    """An export that was proven.

    Attributes:
        format: Of it.
        precision: Of its networks.
        folder: Where it lies.
        files: What lies there.
        n_bytes: Of the graphs with their weights.
        parity: With the bundle.
    """

    format: ExportFormat
    precision: Precision
    folder: Path
    files: tuple[str, ...]
    n_bytes: int
    parity: Parity


def export_classifier(
    classifier: Classifier,
    targets: Sequence[Target],
    proof: ProofImages,
    *,
    progress: Progress,
    max_drop: float = 0.0,
    lowered: Classifier | None = None,
) -> tuple[tuple[Export, ...], AnswerChange | None]:
    """Write a classifier for other runtimes, once all of that is proven to give the same answers.

    Args:
        classifier: In float32; what the exports are compared with.
        targets: What is wanted.
        proof: The images that all are asked about.
        progress: Where to report.
        max_drop: Percentage points of accuracy that an export in int8 may lose.
        lowered: The bundle in another precision, to be seen beside them.

    Returns:
        The exports; and what the bundle in the other precision makes of a user's images.

    Raises:
        ExportError: There is something already, or answers differ: nothing is left behind then.
        MissingExtraError: The extra `export` is missing, or torch, where a network has to be converted.
        OSError: The disk is full.
    """
    require_extra("export", "An export")
    for target in targets:
        require_free(target.folder)
    if any(target.precision == "int8" for target in targets):
        require_calibrating(len(proof.calibrating))
    with ExitStack() as stack:
        asides = [_aside(target.folder, stack) for target in targets]
        written = [*_written(classifier, targets, asides, proof, progress)]
        parities, change = compare_exports(
            classifier, asides, proof, progress=progress, max_drop=max_drop, lowered=lowered
        )
        for target, parity in zip(targets, parities, strict=True):
            _require_proven(classifier, target, parity)
        exports = tuple(map(_finished, targets, asides, written, parities))
        for target, aside in zip(targets, asides, strict=True):  # all of them are whole by now
            aside.rename(target.folder)
            sync_folder(target.folder.parent)
    return exports, change


def require_free(folder: Path) -> None:
    """Refuse to write over what is there.

    Raises:
        ExportError: Something is.
    """
    if folder.exists():
        raise ExportError(f"There is something at {folder} already. Choose another --out, or move it away.")


def _aside(folder: Path, stack: ExitStack) -> Path:
    """A folder beside the one that is wanted, which is gone at the end in any case; so are empty ones made for it."""
    for parent in [one for one in folder.parents if not one.exists()][::-1]:
        stack.callback(_remove_if_empty, parent)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{uuid.uuid4().hex}.tmp")
    aside.mkdir()
    stack.callback(shutil.rmtree, aside, ignore_errors=True)
    return aside


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _written(
    classifier: Classifier, targets: Sequence[Target], asides: Sequence[Path], proof: ProofImages, progress: Progress
) -> Iterator[list[str]]:
    """Write all files; gives the names of each export's."""
    inputs, _views = seen_inputs(classifier.all_networks)
    exact = build_classifier(classifier)
    graphs: dict[Precision, dict[str, Any]] = {}
    for target, aside in zip(targets, asides, strict=True):
        if target.precision not in graphs:
            is_exact = target.precision == "fp32"
            model = exact if is_exact else quantise(exact, inputs, proof, progress=progress)
            texts = {one.key: one.value for one in model.metadata_props}
            graphs[target.precision] = {"classifier": model, "any_size": build_resize(inputs, texts)}
        yield [*write_graphs(target.format, graphs[target.precision], aside)]


def _require_proven(classifier: Classifier, target: Target, parity: Parity) -> None:
    if parity.failures:
        of_precision = "" if target.precision == "fp32" else f" in {target.precision}"
        raise ExportError(
            f"The {target.format} export of {classifier.record.name}{of_precision} does not give the answers of its "
            f"bundle, and was not kept. {' '.join(parity.failures)}"
        )


def _finished(target: Target, aside: Path, names: list[str], parity: Parity) -> Export:
    """Write the evidence beside an export; what it is once it has its place."""
    parity = parity.model_copy(update={"digests": {name: digest_file(aside / name) for name in names}})
    (aside / REPORT_FILE).write_text(exact_json(parity.model_dump(mode="json")), encoding="utf-8")
    names = [*names, REPORT_FILE]
    for name in names:
        publish(aside / name, aside / name)
    n_bytes = sum((aside / name).stat().st_size for name in names if name.startswith(("classifier", "any_size")))
    return Export(*target, tuple(names), n_bytes, parity)
