"""The end of a run that trained: what was made is measured, reported and saved, and the training's folder goes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from regraft.experiments import Subject, conclude
from regraft.grafting.grafts import keep_journal
from regraft.grafting.results import TrainingResult
from regraft.grafting.story import rate_rows, tell_training

if TYPE_CHECKING:
    from regraft.bundle import Classifier
    from regraft.experiments import DatasetFeatures, Sides
    from regraft.grafting.fitting import Fit
    from regraft.grafting.ladder import Climbed
    from regraft.grafting.opening import Opened
    from regraft.grafting.preparation import Prepared
    from regraft.heads import Selection


Result = TypeVar("Result", bound=TrainingResult)


@dataclass(frozen=True, eq=False)
class Made:
    """What a run has made.

    Attributes:
        classifier: Its classifier.
        data: The images with the features of the classifier's network.
        selection: How the head that it began with was chosen; None where it was drawn.
        sides: What was trained on, and what judged.
        fit: The training; None where a probe is kept.
        notes: What to know of it, as sentences.
        climbed: The ladder, where there was one.
    """

    classifier: Classifier
    data: DatasetFeatures
    selection: Selection | None
    sides: Sides
    fit: Fit | None
    notes: tuple[str, ...]
    climbed: Climbed | None = None


def end_training(kind: type[Result], opened: Opened, prepared: Prepared, made: Made, **more: Any) -> Result:
    """Measure, report and save what was made.

    Args:
        kind: Of the result.
        opened: The run.
        prepared: What was decided before the training.
        made: What it made.
        **more: What this kind of result has besides.
    """
    setup, test, validation = opened.setup, opened.portions.test, made.sides.validation
    notes = (*opened.notes, *made.notes)
    with opened.run as run:
        subject = Subject(
            source=opened.source,
            options=setup.options,
            data=made.data,
            train=made.sides.train,
            validation=validation if len(validation) else None,
            test=test,
            training=tell_training(setup.options, prepared, made.fit, notes, made.climbed),
        )
        rates = None if made.fit is None else rate_rows(made.fit)
        measured = conclude(run.folder, subject, made.classifier, made.selection, opened.watch, rates=rates)
        if made.fit is not None:
            keep_journal(made.fit.folder, run.folder)
    shutil.rmtree(opened.folder, ignore_errors=True)
    return kind(
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
        **more,
    )
