"""`regraft audit`: what is wrong with a data set, found before anyone believes a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from regraft.core import OptionError, SilentProgress, as_path, as_source
from regraft.experiments import (
    AuditOptions,
    AuditResult,
    DecisionsResult,
    ProbeOptions,
    audit_dataset,
    carry_out_decisions,
    take_back_decisions,
)

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.recipes.settings import AuditSettings, ProbeSettings

__all__ = ["AuditOptions", "AuditResult", "DecisionsResult", "apply_decisions", "audit", "undo_decisions"]


def audit(
    source: str | Path,
    options: AuditOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[AuditSettings],
) -> AuditResult:
    """Look for what makes a measured accuracy wrong: copies, leaks, series, wrong labels, shortcuts, odd images.

    Features are computed once and kept: a second audit decodes nothing but the pictures of its page.

    Args:
        source: A folder with one sub-folder for each class, shards, a table, or the name of a data set.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`AuditOptions`).

    Returns:
        The run's folder (`audit.html`, `audit.json`) and the findings, the worst first.

    Raises:
        OptionError: An option is for `apply_decisions` or `undo_decisions`.
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    options = AuditOptions.of(options, settings)
    if options.apply is not None or options.undo or options.out is not None:
        raise OptionError("apply, undo and out are for regraft.apply_decisions and regraft.undo_decisions.")
    return audit_dataset(as_source(source), options, progress or SilentProgress())


def apply_decisions(
    source: str | Path,
    decisions: str | Path,
    out: str | Path,
    options: ProbeOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[ProbeSettings],
) -> DecisionsResult:
    """Write the table of images that follows from decisions about an audit's findings; the images are not touched.

    The images as they were are kept beside it (`cleaned.before.parquet`), for `undo_decisions`.

    Args:
        source: The data set that was audited.
        decisions: The table of decisions.
        out: The table to write, `.parquet` or `.csv`; every verb takes it.
        options: Ready options: how the data set is read, which head is measured.
        progress: Where to report.
        **settings: Single options by name (`ProbeOptions`).

    Returns:
        What was done, and how good the same head is on the images that are left and on all of them.

    Raises:
        DataError: A decision fits no image, or a table cannot hold a name.
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    options = ProbeOptions.of(options, settings)
    table, target = as_path(decisions, "A table of decisions"), as_path(out, "A table to write")
    return carry_out_decisions(as_source(source), table, target, options, progress or SilentProgress())


def undo_decisions(table: str | Path, out: str | Path) -> Path:
    """Write the table of images from before decisions were carried out.

    Args:
        table: What `apply_decisions` wrote.
        out: The table to write.

    Raises:
        DataError: There is nothing from before beside the table.
    """
    return take_back_decisions(as_path(table, "A table"), as_path(out, "A table to write"))
