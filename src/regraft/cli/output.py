"""What a terminal shows: plain lines, tables, CSV, JSON, percentages. The one door for all that is printed.

File names cannot control the terminal: what would move its cursor or hide something is escaped.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from regraft.core import StoreError, as_percent, csv_line, duration, printable, shell_quoted, shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from regraft.recipes import EvaluateResult, Finding, FinetuneResult, ProbeResult, SweepResult, TrainResult

_N_SHOWN = 5
_N_CASES = 3
"""Cases of a finding that are shown."""
_DUMB = {"dumb", "unknown"}
_N_COLUMNS_MIN = 20
_PATIENCE_SECONDS = 10
"""With another process that tells the same error."""


def say(text: str = "", *, aside: bool = False) -> None:
    """Text on standard output; aside, on standard error: what went wrong, and what is no answer."""
    _write("\n".join(map(visible, text.split("\n"))), sys.stderr if aside else sys.stdout)


def say_json(text: str, *, end: str = "\n") -> None:
    """JSON on standard output; what would steer a terminal, or is not in its encoding, is written as JSON's escapes."""
    is_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    odd = [one for one in set(text) - {"\n"} if visible(one) != one or not (is_unicode or one.isascii())]
    _write(text.translate({ord(one): json.dumps(one)[1:-1] for one in odd}), sys.stdout, end)


def say_csv(rows: Iterable[Sequence[str]]) -> None:
    """CSV on standard output; names as they are, but on a terminal as visible text."""
    shown = visible if answers_on_terminal() else printable
    for row in rows:
        _write(csv_line(map(shown, row)), sys.stdout)


def _write(text: str, stream: TextIO | None, end: str = "\n") -> None:
    """A line on a stream; None is what programs without a console have."""
    if stream is not None:
        print(text, file=stream, end=end)


def is_mute() -> bool:
    """Whether this is one of several processes that train together (torchrun), of which the first speaks."""
    return os.environ.get("RANK", "0") != "0"


def say_once(text: str) -> None:
    """Text on standard error, from one of the processes that train together on this machine.

    Any of them may be the first, and the only one, to meet an error, and torchrun ends the others as soon as one has
    failed. Who speaks holds a lock until it has spoken, and then leaves a mark, where torchrun keeps what processes
    fail with: a folder of this machine and this start.
    """
    place, rank = os.environ.get("TORCHELASTIC_ERROR_FILE"), os.environ.get("RANK", "0")
    if not place:
        say(text, aside=True)
        return
    from regraft.core import digest_bytes, exclusive

    mark = Path(place).parent.parent / f"told-{digest_bytes(text.encode('utf-8', 'surrogatepass'))[:16]}"
    lock = mark.with_suffix(".lock")
    with ExitStack() as held:
        # Better twice than never: torchrun's folder is gone, who speaks cannot end, or this one is asked to stop.
        with suppress(OSError, StoreError, KeyboardInterrupt):
            lock.touch()
            held.enter_context(exclusive(lock, timeout_seconds=_PATIENCE_SECONDS, is_made=False))
            if mark.read_text(encoding="utf-8") != rank:
                return
        say(text, aside=True)
        with suppress(OSError):
            mark.write_text(rank, encoding="utf-8")


def open_console(*, is_error: bool = False) -> Console:
    """A console of rich on standard output or error: colours only on a terminal, or where they are asked for."""
    from rich.console import Console

    stream = sys.stderr if is_error else sys.stdout
    columns = shutil.get_terminal_size().columns  # COLUMNS where it is a number above 0
    return Console(
        stderr=is_error,
        force_terminal=is_terminal(stream),
        color_system=_colours(is_terminal(stream)),
        width=max(columns, _N_COLUMNS_MIN) if "COLUMNS" in os.environ else None,
        legacy_windows=False if os.name != "nt" else None,
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Whether it is a terminal that understands more than plain lines."""
    return stream is not None and stream.isatty() and os.environ.get("TERM", "").lower() not in _DUMB


def _colours(on_terminal: bool) -> Literal["auto", "standard"] | None:  # noqa: FBT001 - a fact, no switch
    """What rich may colour with, by the variables that people know: NO_COLOR, FORCE_COLOR, CLICOLOR(_FORCE)."""
    given = os.environ.get
    if given("NO_COLOR"):
        return None
    if given("FORCE_COLOR", "0") not in ("", "0", "false") or given("CLICOLOR_FORCE", "0") not in ("", "0"):
        return "auto" if on_terminal else "standard"
    return "auto" if on_terminal and given("CLICOLOR") != "0" else None


def answers_on_terminal() -> bool:
    """Whether a person sees answers as they are printed."""
    return sys.stdout is not None and sys.stdout.isatty()


def say_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose columns are as wide as their longest cell."""
    say_growing_table(columns, [rows])


def say_growing_table(columns: Sequence[str], blocks: Iterable[Sequence[Sequence[str]]]) -> None:
    """A table whose rows come some at a time: a column grows where a cell is longer than all that came before."""
    waiting, widths = [list(columns)], [0] * len(columns)
    for rows in blocks:
        waiting += [list(map(shortened, row)) for row in rows]
        widths = [max([width, *(len(row[place]) for row in waiting)]) for place, width in enumerate(widths)]
        for row in waiting:
            say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        waiting = []


def say_findings(findings: Sequence[Finding], *, where: str = "", aside: bool = False) -> None:
    """What was noticed of the data: warnings first, each with its first cases.

    Args:
        findings: Any number.
        where: What has more of the cases.
        aside: On standard error, where standard output is for programs.
    """
    for one in sorted(findings, key=lambda one: one.severity != "warning"):
        _say_one(one, f" (more: {where})" if where and len(one.examples) > _N_CASES else "", aside=aside)


def _say_one(finding: Finding, more: str, *, aside: bool) -> None:
    say(f"{finding.severity.capitalize()}: {finding.message}{more}", aside=aside)
    for example in finding.examples[:_N_CASES]:
        say(f"  {shortened(example, 160)}", aside=aside)


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
    if is_mute():
        return
    _say_notes(result)
    say_found(result)
    say(
        f"Trained on {result.n_train:,} images, epochs judged on {result.n_validation:,}, tested on "
        f"{result.n_test:,}, in {duration(sum(result.seconds.values()))}."
    )
    _say_files(result)


def say_train(result: TrainResult) -> None:
    """The ladder, the verdict, and how good what is kept is."""
    if is_mute():
        return
    _say_notes(result)
    rows = [
        (rung.name, as_percent(rung.validation or 0), duration(rung.seconds), rung.description) for rung in result.rungs
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
            as_percent(trial.accuracy or 0.0),
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
    say_findings((*found.remarks, *result.findings), where="regraft scan")
    say()
    say(f"Report      {result.report}")
    say(f"Train it    {result.command}")


def _say_files(result: ProbeResult | FinetuneResult | TrainResult) -> None:
    """What to keep in mind, and where everything is."""
    say_findings((*result.assessment.remarks, *result.findings), where="the report")
    say()
    say(f"Report      {result.report}")
    say(f"Classifier  {result.bundle}")
    say(f"Use it      regraft predict {shell_quoted(str(result.folder))} PHOTOS")
