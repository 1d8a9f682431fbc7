"""`regraft export`: a saved classifier for other runtimes, proven to give the same answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Unpack

from pydantic import Field

from regraft.backbones import choose_engine
from regraft.bundle import find_bundle, load
from regraft.core import SilentProgress, needs_extra, placed
from regraft.data import left_out
from regraft.experiments import TrustOptions
from regraft.exporting import EXPORT_FORMATS, export_classifier, gather_proof, list_named, require_free

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.exporting import Export
    from regraft.recipes.settings import ExportSettings


class ExportOptions(TrustOptions):
    """Settings of `export`."""

    VERB: ClassVar[str] = "export"

    to: Literal["onnx", "openvino", "all"] = Field(
        "onnx",
        description="Which format: onnx runs nearly everywhere, openvino is fastest on Intel's processors.",
        json_schema_extra=placed("output", 10) | needs_extra("export", "onnx", "openvino", "all"),
    )
    out: Path | None = Field(
        None,
        description="Folder to write, whole or not at all; with --to all a folder for each format in it. By default "
        "exports/FORMAT beside the bundle.",
        json_schema_extra=placed("output", 20),
    )


@dataclass(frozen=True)
class ExportResult:
    """A classifier in other formats.

    Attributes:
        exports: One for each format that was asked for.
        findings: What was noticed of the images that it was proven on.
    """

    exports: tuple[Export, ...]
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
        sources: Images to prove it on, files or folders; up to a thousand of them are used. None: pictures are made.
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
    listed = list_named(sources)
    folder = find_bundle(bundle)
    classifier = load(folder, choice=choose_engine("auto", "fp32", "cpu"), trust_code=options.trust_code)
    proof = gather_proof(folder, classifier, listed)
    forms = EXPORT_FORMATS if options.to == "all" else (options.to,)
    targets = {form: _target(folder, options, form) for form in forms}
    for target in targets.values():
        require_free(target)
    exports = tuple(
        export_classifier(classifier, form, target, proof, progress=progress) for form, target in targets.items()
    )
    remarks = () if listed is None else listed.remarks
    return ExportResult(exports, (*left_out(exports[0].parity.unreadable), *remarks))


def _target(bundle: Path, options: ExportOptions, form: str) -> Path:
    """Where an export goes."""
    if options.out is None:
        return bundle.parent / "exports" / form
    return options.out / form if options.to == "all" else options.out
