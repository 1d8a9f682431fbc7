"""Exports of a bundle beside it: everything that both are asked, once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError

from regraft.core import DataError, ExportError, Value, digest_file, plural
from regraft.data import Unreadable
from regraft.exporting.answer_changes import AnswerChange, AnswerLog
from regraft.exporting.claims import PixelParity, ScoreParity, batch_failures, drop_doubt, drop_failures
from regraft.exporting.classifier_graph import seen_inputs
from regraft.exporting.description import unsure_of
from regraft.exporting.exported import open_export
from regraft.exporting.foreign_files import FileParity
from regraft.exporting.formats import are_the_same
from regraft.exporting.parity import Trial, ask_bundle, show
from regraft.exporting.vetting import require_plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.exporting.classifier_graph import View
    from regraft.exporting.description import SeenInput
    from regraft.exporting.exported import ExportedClassifier
    from regraft.exporting.proof_images import ProofImages


REPORT_FILE = "parity.json"
_N_REPORT_BYTES_MAX = 16 << 20


class Parity(Value):
    """How an export compares with its bundle.

    Attributes:
        precision: Of the export's networks.
        scores: Same pixels, same scores?
        pixels: Images of any size, the same pixels? None where that was not tried.
        files: Files, the same answers, whoever decodes them? None where there were no files.
        answers: To a user's images; None where there were none.
        data: Which images were used.
        why_unlabelled: Why what might have been a data set gave no labels; empty where nothing is to be said.
        max_drop: Percentage points of accuracy that an export in another precision may lose.
        doubt: Why an export in another precision may lose more than is allowed, though on these images it does not.
        diagnosis: Why the same pixels give other answers; empty where they do not, or nothing can be seen.
        unreadable: Images of the data that could not be read, and what else of it could not.
        digests: BLAKE3 of the files that were proven, by name; empty before they are published.
    """

    precision: Literal["fp32", "int8"] = "fp32"
    scores: ScoreParity
    pixels: PixelParity | None
    files: FileParity | None = None
    answers: AnswerChange | None = None
    data: str
    why_unlabelled: str = ""
    max_drop: float = 0.0
    doubt: str = ""
    diagnosis: str = ""
    unreadable: tuple[Unreadable, ...] = ()
    digests: dict[str, str] = Field(default_factory=dict)

    @property
    def failures(self) -> tuple[str, ...]:
        """What does not hold, a sentence each; the last one says why, where that can be seen."""
        of_pixels = self.pixels.failures if self.pixels else ()
        if self.precision != "fp32":
            return (*batch_failures(self.scores), *of_pixels, *drop_failures(self.answers, self.max_drop))
        found = (*self.scores.failures, *of_pixels)
        return (*found, self.diagnosis) if found and self.diagnosis else found


def compare_export(
    classifier: Classifier, export: Path, proof: ProofImages, *, progress: Progress, max_drop: float = 0.0
) -> Parity:
    """How an export compares with a bundle (`compare_exports`).

    Args:
        classifier: In float32.
        export: Its file or folder.
        proof: The images that both are asked about.
        progress: Where to report.
        max_drop: Percentage points of accuracy that an export in another precision may lose.
    """
    (parity,), _lowered = compare_exports(classifier, [export], proof, progress=progress, max_drop=max_drop)
    return parity


def compare_exports(
    classifier: Classifier,
    exports: Sequence[Path],
    proof: ProofImages,
    *,
    progress: Progress,
    max_drop: float = 0.0,
    lowered: Classifier | None = None,
) -> tuple[tuple[Parity, ...], AnswerChange | None]:
    """How exports compare with a bundle, on some images.

    Args:
        classifier: In float32.
        exports: Their files or folders.
        proof: The images that all are asked about.
        progress: Where to report.
        max_drop: Percentage points of accuracy that an export in another precision may lose.
        lowered: The bundle in another precision, to be seen beside them.

    Returns:
        One for each export; and what the bundle in the other precision makes of a user's images.

    Raises:
        BundleError: An export is damaged.
        ExportError: It takes other images than the bundle, or names other classes.
        DataError: None of the images can be read.
    """
    inputs, views = seen_inputs(classifier.all_networks)
    opened = [_fitting(classifier, export, inputs) for export in exports]
    places = [next(place for place, other in enumerate(opened) if _says_the_same(one, other)) for one in opened]
    trials = {
        place: Trial(classifier, opened[place], views, AnswerLog(proof), opened[place].open_resizing())
        for place in sorted({*places})
    }
    log = AnswerLog(proof)
    unreadable = _see_all(classifier, [*trials.values()], views, proof, progress=progress, lowered=lowered, log=log)
    if proof.files and len(unreadable) == len(proof.files):
        raise DataError(
            f"None of {plural(len(unreadable), 'image')} to compare on could be read: {unreadable[0].path}."
        )
    found = {place: _parity(trial, proof, max_drop, unreadable) for place, trial in trials.items()}
    return tuple(found[place] for place in places), log.change()


def _see_all(
    classifier: Classifier,
    trials: Sequence[Trial],
    views: Sequence[Sequence[View]],
    proof: ProofImages,
    *,
    progress: Progress,
    lowered: Classifier | None,
    log: AnswerLog,
) -> list[Unreadable]:
    """Show all images to all; gives those that could not be read."""
    inputs = trials[0].exported.description.inputs
    golden = proof.golden_inputs(inputs, views)
    reference = ask_bundle(classifier, views, golden)
    for trial in trials:
        trial.see_pixels(golden, [f"golden input {number + 1}" for number in range(len(golden[0]))], reference)
    progress.start("Comparing answers", len(proof))
    unreadable = []
    for block in proof.blocks():
        if block.images:
            shown = show(block, inputs)
            reference = ask_bundle(classifier, views, shown.inputs)
            for trial in trials:
                trial.see(block, shown, reference)
            if lowered is not None and block.rows:
                log.add(block.rows, ask_bundle(lowered, views, shown.inputs), reference)
        unreadable += block.unreadable
        progress.advance(len(block.names) + len(block.unreadable))
    return unreadable


def _fitting(classifier: Classifier, export: Path, inputs: tuple[SeenInput, ...]) -> ExportedClassifier:
    """An export that takes and names what the bundle does."""
    exported = open_export(export)
    _require_as_proven(exported.file.parent)
    if exported.class_names != classifier.class_names:
        raise ExportError(f"{exported.place} names other classes than the bundle, or in another order.")
    if exported.description.inputs != inputs:
        raise ExportError(f"{exported.place} shows its network other pixels of an image than the bundle does.")
    if exported.description.unsure != unsure_of(classifier):
        raise ExportError(f"{exported.place} calls other images unknown, or names other sets, than the bundle does.")
    return exported


def _require_as_proven(folder: Path) -> None:
    """Refuse an export of which a file was changed after the proof: a script or a page is a part of the answer.

    Raises:
        BundleError: The report is no plain file, or too large to be one.
        ExportError: One was.
    """
    report = folder / REPORT_FILE
    if not report.is_file():
        return
    require_plain(report, _N_REPORT_BYTES_MAX)
    try:
        digests = Parity.model_validate_json(report.read_bytes()).digests
    except ValidationError as error:
        raise ExportError(f"{report} is damaged. Export the classifier again.") from error
    for name, digest in digests.items():
        file = folder / name
        if file.parent != folder or not file.is_file() or digest_file(file) != digest:
            raise ExportError(f"{file} is missing, or was changed after it was proven. Export the classifier again.")


def _says_the_same(one: ExportedClassifier, other: ExportedClassifier) -> bool:
    """Whether two exports are of the same bytes, so that one need not be asked again what the other was."""
    files = ((each.file, each.file.with_stem("any_size")) for each in (one, other))
    pairs = [*zip(*files, strict=True)]
    return one is other or all(
        first.is_file() and second.is_file() and are_the_same(first, second) for first, second in pairs
    )


def _parity(trial: Trial, proof: ProofImages, max_drop: float, unreadable: Sequence[Unreadable]) -> Parity:
    scores, precision, answers = trial.scores(), trial.exported.description.precision, trial.answers.change()
    return Parity(
        precision=precision,
        scores=scores,
        pixels=trial.pixels(),
        files=trial.files(),
        answers=answers,
        data=proof.told(len(unreadable)),
        why_unlabelled=proof.why_unlabelled,
        max_drop=max_drop,
        doubt=drop_doubt(answers, max_drop) if precision != "fp32" else "",
        diagnosis=trial.diagnosis() if scores.failures and precision == "fp32" else "",
        unreadable=(*proof.damaged, *unreadable),
    )
