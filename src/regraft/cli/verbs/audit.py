"""`regraft audit`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_findings
from regraft.cli.progress_bar import ProgressBar
from regraft.core import FoundError, OptionError, plural, shell_quoted
from regraft.recipes import AuditOptions, AuditResult, DecisionsResult, ProbeOptions, apply_decisions, undo_decisions
from regraft.recipes import audit as run_audit

_DEFAULTS = AuditOptions()
_DONE = {"relabel": "relabelled", "quarantine": "left out", "group": "grouped", "keep-one-side": "left out of a split"}


def audit(source: str, /, *, options: Annotated[AuditOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft audit` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `AuditOptions`.

    Raises:
        FoundError: There are findings of the kinds that --fail-on names, or a kind could not be looked for.
        OptionError: Options do not fit each other.
    """
    if options.apply is not None or options.undo:
        _clean(source, options)
        return
    if options.out is not None:
        raise OptionError("--out is for --apply and --undo: it names the table of images that they write.")
    with ProgressBar() as progress:
        result = run_audit(source, options, progress=progress)
    _say_audit(result, source)
    _fail_on(options.fail_on, result)


def _fail_on(kinds: tuple[str, ...], result: AuditResult) -> None:
    """Fail where something of these kinds was found, or where none of a kind's checks could be made."""
    sentences = []
    failing = [one.kind for one in result.findings if one.kind in kinds]
    if failing:
        named = ", ".join(kind for kind in kinds if kind in failing)
        sentences.append(f"{plural(len(failing), 'finding')} of the kinds that --fail-on names ({named}).")
    for kind in kinds:
        checks = [check for check in result.audit.checks if check.kind == kind]
        if all(check.not_made for check in checks):
            reason = "; ".join(dict.fromkeys(check.not_made for check in checks))
            sentences.append(f"--fail-on names {kind}, and nothing of this kind could be looked for: {reason}.")
    if sentences:
        raise FoundError(f"{' '.join(sentences)} See {result.report}")


def _say_audit(result: AuditResult, source: str) -> None:
    say(result.sentence)
    say()
    say_findings((*result.findings, *result.noticed), where="the report")
    for check in result.audit.not_made:
        say(f"{check.name}: {check.result}.")
    say()
    say(f"Report     {result.report}")
    if result.decisions is not None:
        table = shell_quoted(str(result.decisions))
        say(f"Decisions  {result.decisions}: fill the column action, then")
        say(f"           regraft audit {shell_quoted(source)} --apply {table} --out cleaned.parquet")


def _clean(source: str, options: AuditOptions) -> None:
    if options.out is None or (options.undo and options.apply is not None):
        raise OptionError("--apply DECISIONS and --undo, one of them, need --out TABLE: where the images are listed.")
    if options.undo:
        say(f"Written: {undo_decisions(source, options.out)}, the images as they were.")
        return
    known = options.model_fields_set & ProbeOptions.model_fields.keys()
    reading = ProbeOptions.model_validate({name: getattr(options, name) for name in known})
    with ProgressBar() as progress:
        done = apply_decisions(source, str(options.apply), options.out, reading, progress=progress)
    _say_done(done)


def _say_done(done: DecisionsResult) -> None:
    counts = [f"{n:,} {_DONE[verb]}" for verb, n in done.n_by_verb.items()]
    say(f"Written: {done.out}, {plural(done.n_images, 'image')} ({', '.join(counts) or 'nothing was changed'}).")
    say(done.sentence)
    say()
    say(f"As it was  {done.before}")
    say(f"Use it     regraft probe {shell_quoted(str(done.out))}")
