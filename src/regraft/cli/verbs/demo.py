"""`regraft demo`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_probe
from regraft.cli.progress_bar import ProgressBar
from regraft.recipes import ProbeOptions
from regraft.recipes import demo as run_demo

_DEFAULTS = ProbeOptions()


def demo(*, options: Annotated[ProbeOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft demo` and print what came of it.

    Args:
        options: See `ProbeOptions`.
    """
    with ProgressBar() as progress:
        found = run_demo(options, progress=progress)
    say(found.dataset.title)
    say(f"{found.dataset.citation}. Licence of the images: {found.dataset.licence}.")
    say()
    say_probe(found.result)
    say()
    say(f"Published   {found.dataset.reference}")
