"""`regraft explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_findings, say_table
from regraft.cli.progress_bar import ProgressBar
from regraft.core import OptionError, as_percent
from regraft.recipes import ExplainOptions
from regraft.recipes import explain as run_explain

if TYPE_CHECKING:
    from regraft import Explanation

_DEFAULTS = ExplainOptions()


def explain(bundle: str, /, *sources: str, options: Annotated[ExplainOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft explain` and print what came of it.

    Args:
        bundle: A bundle's or run's folder.
        sources: Image files, or folders with everything below them.
        options: See `ExplainOptions`.

    Raises:
        OptionError: No image is named.
    """
    if not sources:
        raise OptionError("There is nothing to explain. Name image files or folders.")
    with ProgressBar() as progress:
        result = run_explain(bundle, sources, options, progress=progress)
    rows = [_row(one) for one in result.explanations]
    say_table(["image", "class", "rather than", "score", "is the sum of", "strongest cell"], rows)
    for one in result.explanations:
        if one.neighbours:
            near = ", ".join(f"{each.label} ({each.path})" for each in one.neighbours[:3])
            say(f"Nearest training images of {one.path}: {near}")
    say_findings(result.findings, where="the report")
    say()
    say(f"Report  {result.report}")


def _row(one: Explanation) -> list[str]:
    parts = one.contrast
    label = f"{one.label} {as_percent(one.probability)}"
    return [
        one.path,
        f"unknown (most like {label})" if one.unknown else label,
        f"{one.runner_up} {as_percent(one.runner_up_probability)}",
        f"{parts.score:+.3f}",
        " ".join(f"{value:+.3f} {name}" for name, value in parts.summands if abs(value) >= 0.0005),
        "; ".join(one.strongest),
    ]
