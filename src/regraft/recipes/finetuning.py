"""`regraft finetune`: the pretrained network as the start, trained on from a fitted linear head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from regraft import grafting
from regraft.core import SilentProgress, as_source
from regraft.grafting import FinetuneOptions, FinetuneResult

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.recipes.settings import FinetuneSettings

__all__ = ["FinetuneOptions", "FinetuneResult", "finetune"]


def finetune(
    source: str | Path,
    options: FinetuneOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[FinetuneSettings],
) -> FinetuneResult:
    """Train a pretrained network on, from a fitted linear head, and measure it.

    A linear head is fitted first and the network is trained from there, with rates that shrink with the distance
    from the head (linear probe, then fine-tune: Kumar et al. 2022, arXiv:2202.10054). A run that was stopped goes on
    when it is called again with the same options.

    Args:
        source: A folder, a table, or the name of a data set, as for `probe`.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`FinetuneOptions`).

    Returns:
        The run's folder and what was measured: the same in all processes of `torchrun`, of which the first writes.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    options = FinetuneOptions.of(options, settings)  # first of all: it says what is not installed
    return grafting.tune(as_source(source), options, progress or SilentProgress())
