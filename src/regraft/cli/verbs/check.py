"""`regraft check`."""

from __future__ import annotations

from typing import Annotated

from regraft.cli.headings import EXPERT, OUTPUT
from regraft.cli.output import say, say_findings
from regraft.cli.parity_lines import say_parity
from regraft.cli.progress_bar import ProgressBar
from regraft.core import OptionError
from regraft.recipes import check as run_check
from regraft.recipes import check_export


def check(
    bundle: str,
    /,
    *sources: str,
    against: Annotated[str | None, OUTPUT] = None,
    max_drop: Annotated[float | None, EXPERT] = None,
    trust_code: Annotated[bool, EXPERT] = False,
) -> None:
    """Run `regraft check` and print what came of it.

    Args:
        bundle: A bundle's or run's folder; with --against an export of it.
        sources: With --against: images to compare the two on, or one data set with labels.
        against: The bundle's or run's folder that the export must answer like.
        max_drop: With --against: percentage points of accuracy that an export in int8 may lose, half a point by
            default; without labels, of changed answers.
        trust_code: Run the source code of a network that its author wrote and that the bundle holds.

    Raises:
        OptionError: Images are named, but no bundle to compare with.
    """
    if against is not None:
        with ProgressBar() as progress:
            compared = check_export(
                bundle, against, sources, max_drop=max_drop, trust_code=trust_code, progress=progress
            )
        say(f"{compared.export} gives the answers of {compared.bundle}.")
        say_parity(compared.parity)
        say_findings(compared.findings)
        return
    if sources:
        raise OptionError("Images are for comparing an export with its bundle: add --against BUNDLE.")
    result = run_check(bundle, trust_code=trust_code)
    same = "the engine that made it" if result.is_same_engine else "another engine than the one that made it"
    say(f"{result.folder}: all files are as they were written.")
    say(
        f"{result.n_inputs} golden inputs replayed with {result.engine} ({same}): largest difference "
        f"{result.largest_difference:.1e} of the largest score, allowed {result.tolerance:g}."
    )
    say_findings(result.findings)
