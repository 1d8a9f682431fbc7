"""The end of a run that trained: what was made is measured, reported and saved, and the training's folder goes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from regraft.experiments import Subject, conclude
from regraft.grafting.grafts import keep_journal
from regraft.grafting.story import rate_rows, tell_training

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.data import Finding
    from regraft.evaluation import Assessment
    from regraft.experiments import Sides
    from regraft.grafting.fitting import Fit
    from regraft.grafting.grafts import Kept
    from regraft.grafting.ladder import Climbed
    from regraft.grafting.opening import Opened
    from regraft.grafting.preparation import Prepared
    from regraft.heads import Selection


class Ended(TypedDict):
    """What all results of a training have (`TrainingResult`)."""

    folder: Path
    assessment: Assessment
    findings: tuple[Finding, ...]
    n_train: int
    n_validation: int
    n_test: int
    n_unreadable: int
    seconds: dict[str, float]
    notes: tuple[str, ...]
    plan: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Made:
    """What a run has made.

    Attributes:
        kept: Its classifier.
        selection: How the head that it began with was chosen; None where it was drawn.
        sides: What was trained on, and what judged.
        fit: The training; None where a probe is kept.
        notes: What to know of it, as sentences.
        climbed: The ladder, where there was one.
    """

    kept: Kept
    selection: Selection | None
    sides: Sides
    fit: Fit | None
    notes: tuple[str, ...]
    climbed: Climbed | None = None


def end_training(opened: Opened, prepared: Prepared, made: Made) -> Ended:
    """Measure, report and save what was made.

    Args:
        opened: The run.
        prepared: What was decided before the training.
        made: What it made.
    """
    setup, test, validation = opened.setup, opened.portions.test, made.sides.validation
    notes = (*opened.notes, *made.notes)
    with opened.run as run:
        subject = Subject(
            source=opened.source,
            options=setup.options,
            data=made.kept.data,
            train=made.sides.train,
            validation=validation if len(validation) else None,
            test=test,
            training=tell_training(setup.options, prepared, made.fit, notes, made.climbed),
            tried=opened.tried,
            calibration=made.kept.calibration,
            measure=made.kept.measure,
        )
        rates = None if made.fit is None else rate_rows(made.fit)
        measured = conclude(run.folder, subject, made.kept.classifier, made.selection, opened.watch, rates=rates)
        if made.fit is not None:
            keep_journal(made.fit.folder, run.folder)
    shutil.rmtree(opened.folder, ignore_errors=True)
    return Ended(
        folder=run.final,
        assessment=measured.assessment,
        findings=measured.findings,
        n_train=len(made.sides.train),
        n_validation=len(validation),
        n_test=len(test),
        n_unreadable=measured.n_unreadable,
        seconds=opened.watch.seconds,
        notes=(*prepared.sentences, *notes),
        plan=prepared.sentences,
    )
