"""`regraft slim`."""

from __future__ import annotations

from regraft.cli.output import say, say_findings, say_finetune, say_probe
from regraft.cli.parity_lines import say_parity
from regraft.cli.progress_bar import ProgressBar
from regraft.recipes import EvaluateResult, ExportResult, FinetuneResult, ProbeResult
from regraft.slim import run_program


def slim(*arguments: str) -> None:
    """Run `regraft slim` and print what came of it.

    Args:
        arguments: A program and its flags: `regraft slim train_image_classifier --help`.
    """
    name, *flags = arguments or (None,)
    with ProgressBar() as progress:
        result = run_program(name, [str(flag) for flag in flags], progress=progress, say=say)
    if isinstance(result, ProbeResult):
        say_probe(result)
    elif isinstance(result, FinetuneResult):
        say_finetune(result)
    elif isinstance(result, EvaluateResult):
        say(f"Report  {result.folder / 'report.html'}")
    elif isinstance(result, ExportResult):
        say_parity(result.exports[0].parity)
        say_findings(result.findings)
