"""`regraft embed`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_findings
from regraft.cli.progress_bar import ProgressBar
from regraft.core import plural
from regraft.recipes import EmbedOptions
from regraft.recipes import embed as run_embed

_DEFAULTS = EmbedOptions()


def embed(source: str, /, *, options: Annotated[EmbedOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft embed` and print what came of it.

    Args:
        source: A folder of images with or without class folders, a CSV or Parquet table, or a data set's name.
        options: See `EmbedOptions`.
    """
    with ProgressBar() as progress:
        result = run_embed(source, options, progress=progress)
    if result.path is None:
        say(
            f"Part {options.part}: {plural(len(result.paths), 'image')}, {result.n_computed:,} of them computed now. "
            "No file is written: when all parts are done, the same command without --part writes it."
        )
    else:
        n_images, n_features = result.features.shape
        say(f"{n_images:,} images x {n_features:,} features  {result.path}")
    say_findings(result.findings, aside=True)
