"""`regraft curve`: what more images would bring, before anyone takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from regraft.core import SilentProgress, as_source
from regraft.experiments import CurveOptions, CurveResult, measure_dataset_curve

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.recipes.settings import CurveSettings

__all__ = ["CurveOptions", "CurveResult", "curve"]


def curve(
    source: str | Path,
    options: CurveOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[CurveSettings],
) -> CurveResult:
    """Measure accuracy against the number of training images, and carry the curve at most twice as far.

    Features are computed once and kept; groups stay on one side of every fold.

    Args:
        source: A folder with one sub-folder for each class, shards, a table, or the name of a data set.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`CurveOptions`).

    Returns:
        The run's folder (`curve.html`, `curve.json`), the curve, and which classes would gain most.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    return measure_dataset_curve(as_source(source), CurveOptions.of(options, settings), progress or SilentProgress())
