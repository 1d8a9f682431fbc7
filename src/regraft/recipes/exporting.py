"""`regraft export`: a saved classifier for other runtimes, proven to give the same answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Unpack

from pydantic import Field

from regraft.backbones import choose_engine, cpu_has_bf16
from regraft.bundle import find_bundle, load
from regraft.core import SilentProgress, as_path, needs_extra, placed
from regraft.data import SourceOptions, caveat, left_out
from regraft.experiments import MeasuredBundle, TrustOptions, measure_formats
from regraft.exporting import EXPORT_FORMATS, MAX_DROP, PRECISIONS, Target, export_classifier, gather_proof, list_named
from regraft.reports import write_format_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.exporting import AnswerChange, Export
    from regraft.recipes.settings import ExportSettings
    from regraft.reports import FormatTable


class ExportOptions(SourceOptions, TrustOptions):
    """Settings of `export`."""

    VERB: ClassVar[str] = "export"

    to: Literal["onnx", "openvino", "web", "all"] = Field(
        "onnx",
        description="Which format: onnx runs nearly everywhere, openvino is fastest on Intel's processors, web is "
        "a page that classifies pictures in a browser.",
        json_schema_extra=placed("output", 10) | needs_extra("export", "onnx", "openvino", "web", "all"),
    )
    out: Path | None = Field(
        None,
        description="Folder to write, whole or not at all; with several exports a folder for each in it. By default "
        "exports/FORMAT beside the bundle.",
        json_schema_extra=placed("output", 20),
    )
    precision: Literal["fp32", "int8", "all"] = Field(
        "fp32",
        description="Of the networks' arithmetic: int8 is smaller, faster where the processor has it, and not quite "
        "the same; it is calibrated on those of the images that the classifier was trained on.",
        json_schema_extra=placed("output", 30),
    )
    max_drop: float = Field(
        MAX_DROP,
        ge=0,
        le=100,
        description="Percentage points of accuracy that int8 may lose on images with labels; without labels, of "
        "changed answers. An export that loses more is not kept.",
        json_schema_extra=placed("output", 31),
    )
    table: bool = Field(
        default=False,
        description="Measure the bundle and its exports beside each other on this machine: accuracy, changed answers, "
        "size, load time, latency, throughput.",
        json_schema_extra=placed("output", 40),
    )


@dataclass(frozen=True)
class ExportResult:
    """A classifier in other formats.

    Attributes:
        exports: One for each format and precision that was asked for.
        lowered: What the bundle itself makes of the images in bfloat16, which it computes in by default where the
            processor has it; None where it has not, or there were no images.
        table: The bundle and its exports beside each other; None where that was not asked for.
        table_files: Where it was written.
        findings: What was noticed of the images that it was proven on.
    """

    exports: tuple[Export, ...]
    lowered: AnswerChange | None = None
    table: FormatTable | None = None
    table_files: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()


def export(
    bundle: str | Path,
    sources: str | Path | Iterable[str | Path] = (),
    options: ExportOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[ExportSettings],
) -> ExportResult:
    """Write a classifier for other runtimes: with normalisation, networks, head, class names and what tells strangers.

    The file is read back and compared with the bundle, in float32, on the bundle's golden inputs and on images. An
    export that answers differently is not kept.

    Args:
        bundle: A bundle's or run's folder.
        sources: Images to prove it on, files or folders, or one data set with labels; up to a thousand of them are
            used. None: pictures are made.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ExportOptions`).

    Raises:
        ExportError: The answers differ, or there is something already where it is to lie.
        BundleError: The classifier cannot be loaded.
        DataError: A folder holds no image, or none can be read.
        MissingExtraError: The extra `export` is missing, or torch, where a network has to be converted.
    """
    options = ExportOptions.of(options, settings)
    progress = progress or SilentProgress()
    bundle = as_path(bundle, "A bundle or run")
    listed, why_unlabelled = list_named(sources, options.reading())
    folder = find_bundle(bundle)
    targets = _targets(folder, options)
    classifier = _loaded(folder, options, "fp32")
    calibrates = any(target.precision == "int8" for target in targets)
    proof = gather_proof(
        folder, classifier, listed, why_unlabelled=why_unlabelled, calibrates=calibrates, progress=progress
    )
    exports, lowered = export_classifier(
        classifier,
        targets,
        proof,
        progress=progress,
        max_drop=options.max_drop,
        lowered=_loaded(folder, options, "bf16") if cpu_has_bf16() and listed is not None else None,
    )
    remarks = () if listed is None else listed.remarks
    rounds = options.precision != "fp32"
    doubts = (caveat(one, "note") for one in dict.fromkeys(one.parity.doubt for one in exports) if one)
    told = (*proof.findings(measures=rounds or options.table, calibrates=rounds), *doubts)
    result = ExportResult(exports, lowered, findings=(*left_out(exports[0].parity.unreadable), *remarks, *told))
    return _with_table(result, folder, options, classifier.record.name) if options.table else result


def _targets(bundle: Path, options: ExportOptions) -> list[Target]:
    """What is wanted, and where it goes."""
    forms = EXPORT_FORMATS if options.to == "all" else (options.to,)
    precisions = PRECISIONS if options.precision == "all" else (options.precision,)
    if options.out is not None and len(forms) * len(precisions) == 1:
        return [Target(forms[0], precisions[0], options.out)]
    root = options.out or bundle.parent / "exports"
    return [
        Target(form, one, root / f"{form}{'' if one == 'fp32' else '-' + one}") for one in precisions for form in forms
    ]


def _loaded(folder: Path, options: ExportOptions, precision: Literal["fp32", "bf16"]) -> Classifier:
    return load(folder, choice=choose_engine("auto", precision, "cpu"), trust_code=options.trust_code)


def _with_table(result: ExportResult, folder: Path, options: ExportOptions, name: str) -> ExportResult:
    """The result with everything measured beside each other, and written."""
    bundles = [MeasuredBundle(folder, choose_engine("auto", "fp32", "cpu"), options.trust_code, _unchanged(result))]
    if cpu_has_bf16():
        bundles.append(MeasuredBundle(folder, choose_engine("auto", "bf16", "cpu"), options.trust_code, result.lowered))
    table = measure_formats(bundles, result.exports, name)
    first, *others = (one.folder for one in result.exports)
    files = write_format_table(table, first.parent if others else first)
    return replace(result, table=table, table_files=files)


def _unchanged(result: ExportResult) -> AnswerChange | None:
    """The bundle in float32 beside itself."""
    answers = result.exports[0].parity.answers
    return None if answers is None else answers.of_reference()
