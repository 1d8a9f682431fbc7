"""export_inference_graph and label_image: a classifier as ONNX with its labels, and its answer to one picture."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from regraft.bundle import find_bundle, read_record
from regraft.core import DataError, OptionError, plural, publish, shell_quoted, sync_folder
from regraft.recipes import (
    ExportOptions,
    PredictOptions,
    command_line,
    format_class_list,
    kept_steps,
    open_predictions,
)
from regraft.recipes import export as run_export
from regraft.slim.checkpoint_paths import is_run, place_to_measure
from regraft.slim.directories import dataset_folder
from regraft.slim.flags import told
from regraft.slim.other_flags import EXPORT_FLAGS
from regraft.slim.starting_weights import PRETRAINED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from regraft.bundle import BundleRecord
    from regraft.core import Progress
    from regraft.recipes import ExportResult
    from regraft.slim.flags import Given

_N_LABELS = 5
_ENDINGS = (".pb", ".pbtxt", ".onnx")


def export_graph(given: Given, progress: Progress, say: Callable[[str], None]) -> ExportResult:
    """Write a run's classifier as ONNX to a folder of its own, with labels.txt, once it is proven.

    Raises:
        BundleError: There is no classifier, or it is damaged.
        ExportError: The export gives other answers than the classifier.
        OptionError: The place is taken, or a flag makes no sense.
    """
    asked = given.required_path("output_file")
    target, offset = _folder(asked), _labels_offset(given)
    place, sentences = _checkpoint(given)
    options = ExportOptions(out=target, precision="int8" if given.values["quantize"] else "fp32")
    record = _exportable(place, options)
    sources = (str(dataset_folder(given)),) if given.text("dataset_dir") else ()
    for sentence in (*told(given, EXPORT_FLAGS), *sentences, *_done_otherwise(given, record)):
        say(f"Note: {sentence}")
    if target != asked:
        say(f"Note: ONNX is written instead of {asked.name}, with what belongs to it: to the folder {target}.")
    say(f"The same, natively: {command_line(options, str(place), *sources)}")
    result = _written(place, sources, options, format_class_list(record.class_names, first=offset), progress)
    for line in _usage(target, record, offset):
        say(line)
    return result


def label_image(given: Given, progress: Progress, say: Callable[[str], None]) -> None:
    """The most probable classes of one picture, as TensorFlow's label_image printed them.

    Raises:
        BundleError: There is no classifier.
        DataError: The picture cannot be read.
    """
    graph, image = given.required_path("graph"), given.required_path("image")
    graph = graph if graph.exists() else _folder(graph)
    stream = open_predictions(graph, [image], PredictOptions(top_k=_N_LABELS))
    result = stream.result(progress=progress)
    if not result.predictions:
        first = result.unreadable[0]
        raise DataError(f"{first.path} cannot be read: {first.reason}, {first.detail}.")
    places = {name: place for place, name in enumerate(stream.telling.class_names)}
    for name, probability in result.predictions[0].top:
        say(f"{name} ({places[name]}): {probability:.6g}")


def _folder(path: Path) -> Path:
    """Where an export lies that is named as a file: it is several."""
    return path.with_suffix("") if path.suffix in _ENDINGS else path


def _labels_offset(given: Given) -> int:
    offset = given.integer("labels_offset") or 0
    if offset < 0:
        raise OptionError(f"--labels_offset={offset}: it is the first class's number in labels.txt, 0 or more.")
    return offset


def _checkpoint(given: Given) -> tuple[Path, tuple[str, ...]]:
    """The run that is exported, and what has to be said about it."""
    named = {flag: text for flag in ("checkpoint_path", "input_checkpoint") if (text := given.text(flag))}
    if len({*named.values()}) > 1:
        raise OptionError(
            "--checkpoint_path and --input_checkpoint, freeze_graph's name for it, say different things: give one."
        )
    flag, checkpoint = next(iter(named.items()), ("", PRETRAINED))
    if checkpoint == PRETRAINED:
        raise OptionError(
            "TF-Slim exported a graph without weights, which answers nothing, and a pretrained network knows none of "
            "your classes. Say what was trained: --checkpoint_path=TRAIN_DIR, of regraft slim train_image_classifier."
        )
    return place_to_measure(checkpoint, flag)


def _exportable(place: Path, options: ExportOptions) -> BundleRecord:
    """What a saved classifier says of itself, if it can be exported to a place."""
    if not is_run(place) and kept_steps(place):
        raise OptionError(
            f"The training of {place} is not finished, and a checkpoint is no classifier to hand on. Finish it "
            "by the command that began it, or measure it: regraft slim eval_image_classifier."
        )
    record = read_record(find_bundle(place))
    if any(network.backbone.family == "own" for network in record.networks):
        options = options.model_copy(update={"trust_code": True})
        raise OptionError(
            f"The network of {place} is its author's own code, which would run with your rights. Read it; if you "
            f"trust it: {command_line(options, str(place))}"
        )
    if options.out is not None and options.out.exists():
        raise OptionError(f"There is something at {options.out} already. Choose another --output_file.")
    return record


def _done_otherwise(given: Given, record: BundleRecord) -> list[str]:
    """What to say where another size is asked for than the classifier has."""
    size = given.integer("image_size")
    transform = record.networks[0].transform
    if size is None or {size} == {transform.height, transform.width}:
        return []
    return [
        f"--image_size={size}: the classifier was made for {transform.width} x {transform.height} pixels, and is "
        f"exported so. Another is trained with --train_image_size={size}."
    ]


def _written(
    place: Path, sources: tuple[str, ...], options: ExportOptions, labels: str, progress: Progress
) -> ExportResult:
    """Export a classifier; the graph and its labels appear together."""
    assert options.out is not None
    target = options.out
    aside = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        result = run_export(place, sources, options.model_copy(update={"out": aside}), progress=progress)
        list_file = aside / "labels.txt"
        list_file.write_text(labels, encoding="utf-8", newline="\n")
        publish(list_file, list_file)
        aside.rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    exported = result.exports[0]
    moved = replace(exported, folder=target, files=(*exported.files, list_file.name))
    return replace(result, exports=(moved,))


def _usage(target: Path, record: BundleRecord, offset: int) -> list[str]:
    """What was written, and how it is run."""
    n_classes = plural(len(record.class_names), "class", "classes")
    networks = " and ".join(
        f"{network.backbone.name} at {network.transform.width} x {network.transform.height} pixels"
        for network in record.head_networks
    )
    folder, script = (shell_quoted(str(path)) for path in (target, target / "classify.py"))
    return [
        f"{target / 'classifier.onnx'} holds the weights, too: {networks}, for any number of images at a time.",
        f"{target / 'labels.txt'} numbers its {n_classes} from {offset}.",
        f"Use it: regraft slim label_image --graph={folder} --image=PHOTO.jpg",
        f"Natively: regraft predict {folder} PHOTO.jpg",
        f"Without Regraft: python {script} PHOTO.jpg",
    ]
