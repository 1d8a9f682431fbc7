"""The two files of a report: `report.json` for programs, `report.html` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import atomic_path
from regraft.evaluation.page import render_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from regraft.evaluation.report import Report


def write_report(
    report: Report, folder: Path, *, thumbnail: Callable[[str], bytes | None] | None = None
) -> tuple[Path, Path]:
    """Write `report.json` and `report.html`, each whole or not at all.

    Args:
        report: What to write.
        folder: Where; it is created.
        thumbnail: Gives the JPEG bytes of a small picture for an image's path (as in the predictions), or None where it
            cannot be had. Without this function the page has no pictures.

    Returns:
        The paths of the JSON and of the HTML file.

    Raises:
        OSError: A file cannot be written.
    """
    json_path, html_path = folder / "report.json", folder / "report.html"
    texts = {json_path: report.model_dump_json(indent=1), html_path: render_page(report, thumbnail=thumbnail)}
    for path, text in texts.items():
        with atomic_path(path) as aside:
            aside.write_text(text, encoding="utf-8", newline="\n")
    return json_path, html_path
