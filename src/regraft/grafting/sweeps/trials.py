"""Where the trials of a sweep are run: trainings on folds of the training images."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import InterruptedRunError, TrainingError, as_percent, plural
from regraft.experiments import Portions
from regraft.finetuning import stop_requests
from regraft.grafting.fitting import Job, fit, score
from regraft.grafting.preflight import check_knobs, check_training
from regraft.grafting.sides import Judged, hold_out
from regraft.grafting.sweeps.fold_scores import FoldScore, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regraft.backbones import BackboneSpec
    from regraft.experiments import Sides
    from regraft.grafting.finetune_options import FinetuneOptions
    from regraft.grafting.preparation import Prepared
    from regraft.grafting.sweeps.held_trial import HeldTrial
    from regraft.grafting.sweeps.options import SweepOptions
    from regraft.grafting.sweeps.shared import SharedParts
    from regraft.grafting.sweeps.study import SweepStudy
    from regraft.reports import Setting, SweptOption

_SECONDS_BETWEEN_LOOKS = 0.5
"""At what other processes do."""


@dataclass(eq=False)
class TrialRoom:
    """Runs trials.

    Attributes:
        options: What is not varied.
        folds: That judge.
        is_own: The one fold is the user's own validation images: they judge the epochs, too, as for `finetune`.
        study: The trials, shared by all processes.
        shared: What trainings have in common, and the training images: nothing else can be looked at here.
    """

    options: SweepOptions
    folds: Sequence[Sides]
    is_own: bool
    study: SweepStudy
    shared: SharedParts
    _n_shown: int | None = None

    def make_ready(self) -> None:
        """Find out now what would end the sweep at its tenth trial, and compute what all trials share.

        Raises:
            OptionError: There is no such optimizer or loss.
            BackboneError: There is no such stage.
        """
        variants = [{}, *({option.name: value} for option in self.shared.space for value in option.choices)]
        for options in map(self.options.trained_with, variants):
            self._check(options)
        for variant in reversed(variants):
            if not variant or variant.keys() & {"from_stage"}:
                self.shared.prepared(self.options.trained_with(variant))

    def _check(self, options: FinetuneOptions) -> None:
        check_knobs(options, self.shared.data.manifest.n_classes)
        self._sides(0, options)

    def work(self) -> None:
        """Run trials until all are finished or under way elsewhere."""
        self._show()
        while (held := self.study.take(self.options.trials)) is not None:
            with held:
                self._run(held)
            self._show()
            self._mark(held)

    @contextmanager
    def to_the_end(self) -> Iterator[bool]:
        """Run also what processes leave that die, wait for what others run and want; then nobody else has the trials.

        Yields:
            Whether the sweep is over: another process has written the result.
        """
        is_told = False
        while True:
            self.work()
            with self.study.alone() as is_over:
                if is_over or self.study.is_complete():
                    yield is_over
                    return
            if not is_told:
                self.shared.progress.say("Another process runs the last trials: waiting for it.")
            is_told = True
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """What is run within can be stopped; a trial under way is taken up where it was.

        Raises:
            InterruptedRunError: Ctrl-C or SIGTERM.
        """
        try:
            yield
        except KeyboardInterrupt:
            raise InterruptedRunError(
                f"Stopped. {plural(self.study.n_finished(), 'finished trial')} of {self.options.trials} kept: run the "
                "same command again to go on."
            ) from None

    def _show(self) -> None:
        """Move the bar to the trials that are finished here and elsewhere."""
        n_finished = min(self.study.n_finished(), self.options.trials)
        if self._n_shown is None:
            self.shared.progress.start("Sweep", self.options.trials, unit="trials")
            self._n_shown = 0
        if n_finished > self._n_shown:
            self.shared.progress.advance(n_finished - self._n_shown)
            self._n_shown = n_finished

    def _mark(self, held: HeldTrial) -> None:
        """What a trial came to: a line in a log."""
        if held.scores:
            right = as_percent(joined(held.scores).accuracy)
            settings = ", ".join(
                f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
                for name, value in held.settings.items()
            )
            n_folds = plural(len(held.scores), "fold")
            self.shared.progress.mark(
                1, 1, f"trial {held.place} of {self.options.trials}: {right} right on {n_folds} ({settings})"
            )

    def _run(self, held: HeldTrial) -> None:
        options = self.options.trained_with(held.settings)
        prepared = self.shared.prepared(options)
        if self.options.from_stage == "auto" and "from_stage" not in held.settings:
            held.decide("from_stage", _stage(prepared))
        for number in range(len(held.scores), len(self.folds)):
            try:
                held.add(self._judged(held, number, options, prepared))
            except TrainingError as error:
                return held.stop(str(error))
            if number + 1 < len(self.folds) and held.is_hopeless():
                return held.stop()
        return held.finish()

    def _sides(self, number: int, options: FinetuneOptions) -> Sides:
        """What is trained on and what judges the epochs, where a fold judges."""
        fold = self.folds[number]
        judges = fold.validation if self.is_own else fold.validation[:0]
        return hold_out(self.shared.data, Portions(fold.train, judges, fold.validation), options)

    def _judged(self, held: HeldTrial, number: int, options: FinetuneOptions, prepared: Prepared) -> FoldScore:
        """Train as `finetune` would with a fold's training images, and look at the others."""
        began = time.perf_counter()
        fold, sides = self.folds[number], self._sides(number, options)
        setup = self.shared.setup(options)
        quiet, n_folds = self.shared.quiet, len(self.folds)
        quiet.name = f"trial {held.place} of {self.options.trials}, fold {number + 1} of {n_folds}"
        quiet.number, quiet.n_trainings = (held.place - 1) * n_folds + number, self.options.trials * n_folds
        folder = self.shared.folder / f"trial-{held.place}-fold-{number}"
        job = Job(self.shared.head(number, sides, options), sides, options, folder)
        try:
            with stop_requests() as stop:
                fitted = fit(setup, prepared, job, stop)
        except TrainingError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        labels = self.shared.data.manifest.labels[fold.validation]
        seconds = fitted.seconds or time.perf_counter() - began
        found = Judged(score(setup, prepared, fitted, fold.validation), labels, seconds, fitted.trained.train_loss)
        shutil.rmtree(folder, ignore_errors=True)
        return FoldScore(
            n_images=len(labels), n_right=int(found.is_right.sum()), loss=found.loss, seconds=found.seconds
        )


def check_variants(options: SweepOptions, space: Sequence[SweptOption], spec: BackboneSpec, n_classes: int) -> None:
    """See that the network can be trained with what is varied, before any image is read.

    Args:
        options: Of the sweep.
        space: The options that are varied.
        spec: The network.
        n_classes: Of the data set.

    Raises:
        OptionError: It has nothing that --drop-path could leave out, for instance.
        BackboneError: There is no such stage.
    """
    suited = type(options).with_fact("suits")
    variants: list[dict[str, Setting]] = [{}]
    for option in space:
        if option.name in suited:
            values = (*option.choices, option.low, option.high)
            variants += [{option.name: value} for value in values if value is not None]
    for variant in variants:
        check_training(options.trained_with(variant), spec, n_classes)


def _stage(prepared: Prepared) -> Setting:
    """The first stage that is trained, as `--from-stage` takes it."""
    return "1" if prepared.boundary.cut is None else prepared.boundary.stage.removeprefix("stage")
