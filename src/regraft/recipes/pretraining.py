"""`regraft pretrain`: a network from scratch, measured, and ready to be the backbone of the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from regraft import grafting
from regraft.core import SilentProgress, as_source
from regraft.grafting import FinetuneResult, PretrainOptions

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.recipes.settings import PretrainSettings

__all__ = ["PretrainOptions", "pretrain"]


def pretrain(
    source: str | Path,
    options: PretrainOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[PretrainSettings],
) -> FinetuneResult:
    """Train a network from drawn weights, and measure it.

    The run can be the `--backbone` of a probe or a fine-tuning on other images. A run that was stopped goes on when it
    is called again with the same options.

    Args:
        source: A folder, a table, or the name of a data set, as for `probe`.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`PretrainOptions`).

    Returns:
        The run's folder and what was measured: the same in all processes of `torchrun`, of which the first writes.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    options = PretrainOptions.of(options, settings)  # first of all: it says what is not installed
    return grafting.tune(as_source(source), options, progress or SilentProgress())
