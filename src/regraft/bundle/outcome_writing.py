"""A stream of answers into a file that is whole or not there; a run that is stopped or killed goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.bundle.outcome_files import write_outcomes
from regraft.bundle.outcome_journal import Asked, open_journal
from regraft.bundle.predictions import PredictResult, Tally
from regraft.core import SilentProgress, hash_key, plural, publish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.bundle.outcome_files import OutcomeFormat
    from regraft.bundle.prediction_stream import PredictionStream
    from regraft.core import Progress
    from regraft.data import Finding


def write_stream(
    stream: PredictionStream, out: Path, form: OutcomeFormat, *, progress: Progress | None = None
) -> PredictResult:
    """Answer all of a stream in a file.

    Args:
        stream: The images and who answers.
        out: The file; one that is there is replaced when all is done.
        form: Its format.
        progress: Where to report.

    Raises:
        OptionError: What was begun at this place has another classifier, other options or other images.
        StoreError: Another process is writing there.
        OSError: The disk is full, or forbids it.
    """
    progress, tally = progress or SilentProgress(), Tally()

    def findings() -> Sequence[Finding]:
        return (*tally.findings(), *stream.findings)

    with open_journal(out, _asked(stream)) as journal:
        if journal.n_done:
            progress.say(f"Going on after {journal.n_done:,} of {plural(len(stream), 'image')}.")
        for block in stream.blocks(n_done=journal.n_done, progress=progress):
            journal.add(block)
        outcomes = tally.counted(journal.read())
        write_outcomes(journal.aside, outcomes, form=form, n_ranks=stream.telling.n_ranks, findings=findings)
        publish(journal.aside, out)
    return PredictResult(
        predictions=(), unreadable=tuple(tally.unreadable), findings=tuple(findings()), out=out, **tally.counts()
    )


def _asked(stream: PredictionStream) -> Asked:
    telling = stream.telling
    names = (*(record.path for record in stream.images.refused), *stream.images.names)
    return Asked(
        bundle=stream.bundle,
        top_k=telling.n_ranks,
        unknown=telling.looks_for_unknown,
        images=hash_key(0, *names).hex(),
        n_images=len(names),
    )
