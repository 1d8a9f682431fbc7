"""`regraft check`: does a saved classifier, or an export of it, still do what it did?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.backbones import choose_engine
from regraft.bundle import check_bundle, find_bundle, load
from regraft.core import ExportError, SilentProgress, as_path
from regraft.data import caveat, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from regraft.bundle import CheckResult
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.exporting import Parity


def check(bundle: str | Path, *, trust_code: bool = False) -> CheckResult:
    """Verify a bundle's files and replay its golden inputs.

    Args:
        bundle: A bundle's or run's folder.
        trust_code: Run the source code of a network that its author wrote and that the bundle holds.

    Raises:
        BundleError: It is damaged, or gives other scores than when it was saved.
    """
    return check_bundle(bundle, trust_code=trust_code)


@dataclass(frozen=True)
class CheckExportResult:
    """How an export compares with a bundle.

    Attributes:
        export: The export.
        bundle: The bundle.
        parity: Of the two.
        findings: What was noticed of the images.
    """

    export: Path
    bundle: Path
    parity: Parity
    findings: tuple[Finding, ...] = ()


def check_export(
    export: str | Path,
    against: str | Path,
    sources: str | Path | Iterable[str | Path] = (),
    *,
    max_drop: float | None = None,
    trust_code: bool = False,
    progress: Progress | None = None,
) -> CheckExportResult:
    """See whether an export gives the answers of a bundle.

    Args:
        export: The file of its graph, or the folder that it lies in.
        against: The bundle's or run's folder.
        sources: Images to compare them on, besides the bundle's golden inputs, or one data set with labels; none:
            pictures are made.
        max_drop: Percentage points of accuracy that an export in int8 may lose; None for half a point.
        trust_code: Run the source code of a network that its author wrote and that the bundle holds.
        progress: Where to report.

    Raises:
        ExportError: It does not; the message names images.
        BundleError: One of the two is damaged.
        DataError: A folder holds no image, or none can be read.
    """
    from regraft.exporting import MAX_DROP, REPORT_FILE, compare_export, find_export, gather_proof, list_named

    against, file = as_path(against, "A bundle or run"), find_export(export)
    listed, why_unlabelled = list_named(sources)
    if file is None:
        raise ExportError(f"There is no export at {export}: an .onnx, .xml or .js file, or a folder with one.")
    folder = find_bundle(against)
    classifier = load(folder, choice=choose_engine("auto", "fp32", "cpu"), trust_code=trust_code)
    progress = progress or SilentProgress()
    proof = gather_proof(folder, classifier, listed, why_unlabelled=why_unlabelled, progress=progress)
    parity = compare_export(
        classifier, file, proof, progress=progress, max_drop=MAX_DROP if max_drop is None else max_drop
    )
    if parity.failures:
        raise ExportError(f"{file} does not give the answers of {folder}. {' '.join(parity.failures)}")
    remarks = () if listed is None else listed.remarks
    told = [*proof.findings(measures=parity.precision != "fp32", calibrates=False)]
    if parity.doubt:
        told.append(caveat(parity.doubt, "note"))
    if not file.with_name(REPORT_FILE).is_file():
        told.append(caveat(f"There is no {REPORT_FILE} beside it: scripts and pages there were not looked at."))
    return CheckExportResult(file, folder, parity, (*left_out(parity.unreadable), *remarks, *told))
