"""What a terminal shows at the end: plain lines, tables, percentages. File names cannot control the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from regraft.core import duration, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.recipes import EvaluateResult, Finding, FinetuneResult, ProbeResult, SweepResult, TrainResult

_N_SHOWN = 5
_N_CASES = 3
"""Cases of a finding that are shown."""


def say(text: str = "", stream: TextIO | None = None) -> None:
    """One line, on standard output if nothing else is said; what the terminal cannot encode is escaped."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)


def percent(value: float) -> str:
    """`87.3 %`."""
    return f"{100 * value:.1f} %"


def say_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose columns are as wide as their longest cell."""
    cells = [list(map(shortened, row)) for row in rows]
    widths = [max(len(row[place]) for row in [list(columns), *cells]) for place in range(len(columns))]
    for row in [list(columns), *cells]:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say_findings(findings: Sequence[Finding], *, where: str = "", aside: bool = False) -> None:
    """What was noticed of the data: warnings first, each with its first cases.

    Args:
        findings: Any number.
        where: What has more of the cases.
        aside: On standard error, where standard output is for programs.
    """
    for one in sorted(findings, key=lambda one: one.severity != "warning"):
        _say_one(
            one,
            f" (more: {where})" if where and len(one.examples) > _N_CASES else "",
            sys.stderr if aside else sys.stdout,
        )


def _say_one(finding: Finding, more: str, stream: TextIO) -> None:
    say(f"{finding.severity.capitalize()}: {finding.message}{more}", stream)
    for example in finding.examples[:_N_CASES]:
        say(f"  {shortened(example, 160)}", stream)


def say_found(result: EvaluateResult | FinetuneResult | ProbeResult | TrainResult, *, was_unseen: bool = True) -> None:
    """How good it was found to be, in plain words, and by the user's own metric."""
    found = result.assessment
    say(found.sentence if was_unseen else found.sentence.replace(" it had not seen", ""))
    if found.own is not None:
        say(f"{found.own.name}: {found.own.estimate}.")


def say_probe(result: ProbeResult) -> None:
    """The end of a probe: how good, how much better than nothing, and where everything is."""
    total = sum(result.seconds.values())
    computed = f"{result.n_computed:,} images computed" if result.n_computed else "all features were kept from before"
    say_found(result)
    say(f"Trained on {result.n_train:,} images, tested on {result.n_test:,}, in {duration(total)} ({computed}).")
    _say_files(result)


def say_finetune(result: FinetuneResult) -> None:
    """The end of a fine-tuning: what was decided, how good it is, and where everything is."""
    _say_notes(result)
    say_found(result)
    say(
        f"Trained on {result.n_train:,} images, epochs judged on {result.n_validation:,}, tested on "
        f"{result.n_test:,}, in {duration(sum(result.seconds.values()))}."
    )
    _say_files(result)


def say_train(result: TrainResult) -> None:
    """The ladder, the verdict, and how good what is kept is."""
    _say_notes(result)
    rows = [
        (rung.name, percent(rung.validation or 0), duration(rung.seconds), rung.description) for rung in result.rungs
    ]
    judges = "validation images" if result.n_validation else "folds"
    say_table((f"judged by {judges}", "right", "time", ""), rows)
    say()
    say(result.verdict)
    if result.test_difference is not None:
        say(f"On the test images the same comparison gives {result.test_difference}.")
    say()
    say_found(result)
    total = duration(sum(result.seconds.values()))
    say(f"Trained on {result.n_train:,} images, tested on {result.n_test:,}, in {total}.")
    _say_files(result)


def _say_notes(result: FinetuneResult | TrainResult) -> None:
    """What was decided, but for the plan, which was said when it was made."""
    notes = [note for note in result.notes if note not in result.plan]
    for note in notes:
        say(note)
    say()


def say_sweep(result: SweepResult) -> None:
    """The best trials, what to think of them, and how to train with the best."""
    found = result.search
    say_table(("option", "values", "scale"), [(option.name, option.span, option.scale) for option in found.space])
    say()
    rows = [
        (
            str(trial.number),
            percent(trial.accuracy or 0.0),
            "" if trial.standard_error is None else f"{100 * trial.standard_error:.1f}",
            "" if trial.log_loss is None else f"{trial.log_loss:.3f}",
            *map(str, trial.settings.values()),
        )
        for trial in found.trials[:_N_SHOWN]
        if trial.outcome == "finished"
    ]
    say_table(("trial", "right", "error", "loss", *(option.name for option in found.space)), rows)
    say()
    say(found.sentence)
    for caveat in found.caveats:
        say(f"Note: {caveat}")
    say_findings(result.findings, where="regraft scan")
    say()
    say(f"Report      {result.report}")
    say(f"Train it    {result.command}")


def _say_files(result: ProbeResult | FinetuneResult | TrainResult) -> None:
    """What to keep in mind, and where everything is."""
    for caveat in result.assessment.caveats:
        say(f"Note: {caveat}")
    say_findings(result.findings, where="the report")
    say()
    say(f"Report      {result.report}")
    say(f"Classifier  {result.bundle}")
    say(f"Use it      regraft predict {result.folder} PHOTOS")
