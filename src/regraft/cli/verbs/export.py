"""`regraft export`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_findings
from regraft.cli.parity_lines import say_parity
from regraft.cli.progress_bar import ProgressBar
from regraft.recipes import ExportOptions
from regraft.recipes import export as run_export

_DEFAULTS = ExportOptions()


def export(bundle: str, /, *sources: str, options: Annotated[ExportOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft export` and print what came of it.

    Args:
        bundle: A bundle's or run's folder.
        sources: Images to prove the export on: files, or folders with everything below them; up to 1,000 are used.
        options: See `ExportOptions`.
    """
    with ProgressBar() as progress:
        result = run_export(bundle, sources, options, progress=progress)
    for one in result.exports:
        say(f"{one.format}  {one.folder}  ({one.n_bytes / 1e6:.1f} MB)")
        say_parity(one.parity)
        say(f"Use it without Regraft: python {one.folder / 'classify.py'} photo.jpg")
        say()
    say_findings(result.findings)
