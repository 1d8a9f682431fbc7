"""Exports: written aside, read back, compared with the bundle, and only then there."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args

from regraft.core import DataError, ExportError, Value, exact_json, plural, publish, require_extra, sync_folder
from regraft.data import Unreadable
from regraft.exporting.claims import PixelParity, ScoreParity
from regraft.exporting.classifier_graph import build_classifier, seen_inputs
from regraft.exporting.description import unsure_of
from regraft.exporting.exported import open_export
from regraft.exporting.onnx_files import write_onnx
from regraft.exporting.openvino_files import convert, write_openvino
from regraft.exporting.parity import Trial
from regraft.exporting.resize_graph import build_resize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.exporting.proof_images import ProofImages

ExportFormat = Literal["onnx", "openvino"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
REPORT_FILE = "parity.json"
_SUFFIXES = {"onnx": ".onnx", "openvino": ".xml"}


class Parity(Value):
    """How an export compares with its bundle.

    Attributes:
        scores: Same pixels, same scores?
        pixels: Images of any size, the same pixels? None where that was not tried.
        data: Which images were used.
        diagnosis: Why the same pixels give other answers; empty where they do not, or nothing can be seen.
        unreadable: Images of the data that could not be read.
    """

    scores: ScoreParity
    pixels: PixelParity | None
    data: str
    diagnosis: str = ""
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def failures(self) -> tuple[str, ...]:
        """What does not hold, a sentence each; the last one says why, where that can be seen."""
        found = (*self.scores.failures, *(self.pixels.failures if self.pixels else ()))
        return (*found, self.diagnosis) if found and self.diagnosis else found


@dataclass(frozen=True)
class Export:
    """An export that was proven.

    Attributes:
        format: Of it.
        folder: Where it lies.
        files: What lies there.
        n_bytes: Of the graphs with their weights.
        parity: With the bundle.
    """

    format: ExportFormat
    folder: Path
    files: tuple[str, ...]
    n_bytes: int
    parity: Parity


def export_classifier(
    classifier: Classifier, form: ExportFormat, folder: Path, proof: ProofImages, *, progress: Progress
) -> Export:
    """Write a classifier for another runtime, once it is proven to give the same answers.

    Args:
        classifier: In float32; what the export is compared with.
        form: The format.
        folder: Where to; it must not exist.
        proof: The images that both are asked about.
        progress: Where to report.

    Raises:
        ExportError: There is something already, or the answers differ: nothing is left behind then.
        MissingExtraError: The extra `export` is missing, or torch, where a network has to be converted.
        OSError: The disk is full.
    """
    require_extra("export", "An export")
    require_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{uuid.uuid4().hex}.tmp")
    aside.mkdir()
    try:
        names = [*_written(classifier, form, aside)]
        parity = compare_export(classifier, aside, proof, progress=progress)
        if parity.failures:
            raise ExportError(
                f"The {form} export of {classifier.record.name} does not give the answers of its bundle, and was "
                f"not kept. {' '.join(parity.failures)}"
            )
        (aside / REPORT_FILE).write_text(exact_json(parity.model_dump(mode="json")), encoding="utf-8")
        names.append(REPORT_FILE)
        for name in names:
            publish(aside / name, aside / name)
        n_bytes = sum((aside / name).stat().st_size for name in names if name.endswith((".onnx", ".xml", ".bin")))
        aside.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Export(form, folder, tuple(names), n_bytes, parity)


def require_free(folder: Path) -> None:
    """Refuse to write over what is there.

    Raises:
        ExportError: Something is.
    """
    if folder.exists():
        raise ExportError(f"There is something at {folder} already. Choose another --out, or move it away.")


def compare_export(classifier: Classifier, export: Path, proof: ProofImages, *, progress: Progress) -> Parity:
    """How an export compares with a bundle, on some images.

    Args:
        classifier: In float32.
        export: The export's file or folder.
        proof: The images that both are asked about.
        progress: Where to report.

    Raises:
        BundleError: The export is damaged.
        ExportError: It takes other images than the bundle, or names other classes.
        DataError: None of the images can be read.
    """
    exported = open_export(export)
    inputs, views = seen_inputs(classifier.all_networks)
    if exported.class_names != classifier.class_names:
        raise ExportError(f"{exported.place} names other classes than the bundle, or in another order.")
    if exported.description.inputs != inputs:
        raise ExportError(f"{exported.place} shows its network other pixels of an image than the bundle does.")
    if exported.description.unsure != unsure_of(classifier):
        raise ExportError(f"{exported.place} calls other images unknown, or names other sets, than the bundle does.")
    trial = Trial(classifier, exported, views, exported.open_resizing())
    golden = proof.golden_inputs(inputs, views)
    trial.see_pixels(golden, [f"golden input {number + 1}" for number in range(len(golden[0]))])
    progress.start("Comparing answers", len(proof))
    unreadable = []
    for block in proof.blocks():
        if block.images:
            trial.see(block.images, block.names)
        unreadable += block.unreadable
        progress.advance(len(block.names) + len(block.unreadable))
    if proof.files and len(unreadable) == len(proof.files):
        raise DataError(
            f"None of {plural(len(unreadable), 'image')} to compare on could be read: {unreadable[0].path}."
        )
    scores = trial.scores()
    diagnosis = trial.diagnosis() if scores.failures else ""
    return Parity(
        scores=scores,
        pixels=trial.pixels(),
        data=proof.told(len(unreadable)),
        diagnosis=diagnosis,
        unreadable=tuple(unreadable),
    )


def _written(classifier: Classifier, form: ExportFormat, folder: Path) -> Iterator[str]:
    """Write the files; gives their names."""
    model = build_classifier(classifier)
    metadata = {one.key: one.value for one in model.metadata_props}
    inputs, _views = seen_inputs(classifier.all_networks)
    for name, graph in (("classifier", model), ("any_size", build_resize(inputs, metadata))):
        file = folder / f"{name}{_SUFFIXES[form]}"
        _write_graph(graph, file)
        yield file.name
        if form == "openvino":
            yield file.with_suffix(".bin").name
    script = files("regraft.exporting").joinpath("templates", f"classify_{form}.py.txt").read_text(encoding="utf-8")
    (folder / "classify.py").write_text(script, encoding="utf-8")
    yield "classify.py"


def _write_graph(graph: Any, file: Path) -> None:
    if file.suffix == ".onnx":
        write_onnx(graph, file)
    else:
        write_openvino(convert(graph), file)
