"""The files of reports, comparisons, sweeps, audits and explanations: JSON for programs, a page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import atomic_path, printable
from regraft.reports.audit_page import render_audit
from regraft.reports.comparison_page import render_comparison
from regraft.reports.curve_page import render_curve
from regraft.reports.explanation_page import render_explanations
from regraft.reports.format_table import render_formats
from regraft.reports.page import render_page
from regraft.reports.sweep_page import render_sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from regraft.core import Value
    from regraft.evaluation import Explanation
    from regraft.reports.audit import AuditReport
    from regraft.reports.comparison import Comparison
    from regraft.reports.curve_report import CurveReport
    from regraft.reports.explanation_page import ExplanationReport
    from regraft.reports.format_table import FormatTable
    from regraft.reports.pictures import MapPicture, PicturedExplanation
    from regraft.reports.report import Report
    from regraft.reports.sweep import Sweep


def write_report(
    report: Report,
    folder: Path,
    *,
    thumbnail: Callable[[str], bytes | None] | None = None,
    explained: Sequence[PicturedExplanation] = (),
) -> tuple[Path, Path]:
    """Write `report.json` and `report.html`, each whole or not at all.

    Args:
        report: What to write.
        folder: Where; it is created.
        thumbnail: Gives the JPEG bytes of a small picture for an image's path (as in the predictions), or None where it
            cannot be had. Without this function the page has no pictures.
        explained: Some of the mistakes, with maps.

    Returns:
        The paths of the JSON and of the HTML file.

    Raises:
        OSError: A file cannot be written.
    """
    return _write(folder / "report.json", report, render_page(report, thumbnail=thumbnail, explained=explained))


def write_comparison(comparison: Comparison, folder: Path) -> tuple[Path, Path]:
    """Write `comparison.json` and `report.html`, each whole or not at all; returns their paths.

    Raises:
        OSError: A file cannot be written.
    """
    return _write(folder / "comparison.json", comparison, render_comparison(comparison))


def write_sweep(sweep: Sweep, folder: Path) -> tuple[Path, Path]:
    """Write `sweep.json` and `report.html`, each whole or not at all; returns their paths.

    Raises:
        OSError: A file cannot be written.
    """
    return _write(folder / "sweep.json", sweep, render_sweep(sweep))


def write_audit(
    report: AuditReport, folder: Path, *, thumbnail: Callable[[str], bytes | None] | None = None
) -> tuple[Path, Path]:
    """Write `audit.json` and `audit.html`, each whole or not at all; returns their paths.

    Args:
        report: What to write.
        folder: Where.
        thumbnail: Gives the JPEG bytes of a small picture for an image's path, or None where it cannot be had.

    Raises:
        OSError: A file cannot be written.
    """
    return _write(folder / "audit.json", report, render_audit(report, thumbnail=thumbnail), page_name="audit.html")


def write_curve(report: CurveReport, folder: Path) -> tuple[Path, Path]:
    """Write `curve.json` and `curve.html`, each whole or not at all; returns their paths.

    Raises:
        OSError: A file cannot be written.
    """
    return _write(folder / "curve.json", report, render_curve(report), page_name="curve.html")


def write_explanations(
    report: ExplanationReport,
    explanations: Sequence[Explanation],
    pictures: Sequence[tuple[MapPicture, ...]],
    folder: Path,
) -> Path:
    """Write `report.html`, whole or not at all; returns its path.

    Args:
        report: What to say of all images.
        explanations: Those that the page shows.
        pictures: Of each of these.
        folder: Where.

    Raises:
        OSError: The file cannot be written.
    """
    page = folder / "report.html"
    _write_page(page, render_explanations(report, explanations, pictures))
    return page


def write_format_table(table: FormatTable, folder: Path) -> tuple[Path, Path]:
    """Write `formats.json` and the picture `formats.svg`, each whole or not at all; returns their paths.

    Raises:
        OSError: A file cannot be written.
    """
    return _write(folder / "formats.json", table, render_formats(table), page_name="formats.svg")


def _write(json_path: Path, value: Value, page: str, *, page_name: str = "report.html") -> tuple[Path, Path]:
    html_path = json_path.with_name(page_name)
    for path, text in ((json_path, value.model_dump_json(indent=1)), (html_path, page)):
        _write_page(path, text)
    return json_path, html_path


def _write_page(path: Path, text: str) -> None:
    with atomic_path(path) as aside:
        aside.write_text(printable(text), encoding="utf-8", newline="\n")
