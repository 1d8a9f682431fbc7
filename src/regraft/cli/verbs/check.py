"""`regraft check`."""

from __future__ import annotations

from typing import Annotated

from regraft.cli.headings import EXPERT
from regraft.cli.output import say, say_findings
from regraft.recipes import check as run_check


def check(bundle: str, /, *, trust_code: Annotated[bool, EXPERT] = False) -> None:
    """Run `regraft check` and print what came of it.

    Args:
        bundle: A bundle's or run's folder.
        trust_code: Run the source code of a network that its author wrote and that the bundle holds.
    """
    result = run_check(bundle, trust_code=trust_code)
    same = "the engine that made it" if result.is_same_engine else "another engine than the one that made it"
    say(f"{result.folder}: all files are as they were written.")
    say(
        f"{result.n_inputs} golden inputs replayed with {result.engine} ({same}): largest difference "
        f"{result.largest_difference:.1e} of the largest score, allowed {result.tolerance:g}."
    )
    say_findings(result.findings)
