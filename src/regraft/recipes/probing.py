"""`regraft probe`: fixed features and a linear head, measured on images that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from regraft.core import SilentProgress, as_source
from regraft.experiments import ProbeOptions, ProbeResult, probe_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.recipes.settings import ProbeSettings

__all__ = ["ProbeOptions", "ProbeResult", "probe"]


def probe(
    source: str | Path,
    options: ProbeOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[ProbeSettings],
) -> ProbeResult:
    """Train a linear classifier on fixed features of a pretrained network, and measure it.

    Features are computed once and kept: a second probe of the same images takes seconds.

    Args:
        source: A folder with one sub-folder for each class (below train/, val/, test/ or not), a CSV or Parquet table
            with the columns path and label, or the name of a data set (`regraft datasets`).
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ProbeOptions`).

    Returns:
        The run's folder and what was measured.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    return probe_dataset(as_source(source), ProbeOptions.of(options, settings), progress or SilentProgress())
