"""A sweep over settings of a training: what was tried, and what folds of the training images say of it."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import Field

from regraft.core import Value, as_percent, plural
from regraft.data import Finding, caveat
from regraft.reports.page_record import PageRecord

Setting = str | int | float | bool | None
"""The value of an option that is varied."""


class SweptOption(Value):
    """An option that is varied: some values, or all between two."""

    name: str
    choices: tuple[Setting, ...] = ()
    low: int | float | None = Field(None, description="The smallest value of a range.")
    high: int | float | None = Field(None, description="The largest value of a range.")
    is_log: bool = Field(default=False, description="The range is searched on a logarithmic scale.")
    is_whole: bool = Field(default=False, description="Only whole numbers of the range are tried.")

    @property
    def span(self) -> str:
        """`adamw, sgd` or `0.0001 to 0.01`."""
        if self.choices:
            return ", ".join(map(setting_text, self.choices))
        return f"{setting_text(self.low)} to {setting_text(self.high)}"

    @property
    def scale(self) -> str:
        """How it is searched, in words."""
        if self.choices:
            return "these values"
        return ("logarithmic" if self.is_log else "linear") + (", whole numbers" if self.is_whole else "")

    def holds(self, value: Setting) -> bool:
        """Whether it is one of the values that may be tried."""
        if self.choices:
            return value in self.choices
        if isinstance(value, (str, bool)) or value is None or self.low is None or self.high is None:
            return False
        return self.low <= value <= self.high and (not self.is_whole or isinstance(value, int))

    def rounded(self, value: Setting) -> Setting:
        """A value as it is tried: to three digits, so that a command line can say it exactly."""
        if self.choices or self.is_whole or not isinstance(value, float) or self.low is None or self.high is None:
            return value
        return min(max(float(f"{value:.3g}"), self.low), self.high)


class SweepTrial(Value):
    """One set of settings, and how good the networks are that were trained with it."""

    number: int = Field(ge=1)
    settings: dict[str, Setting]
    outcome: Literal["finished", "stopped", "failed"] = Field(
        description="stopped: worse than half of the others after its first folds; failed: it could not be trained."
    )
    accuracies: tuple[float, ...] = Field((), description="Of each fold that was judged.")
    accuracy: float | None = Field(None, description="Part of these folds' images that is right.")
    log_loss: float | None = Field(None, description="Mean over these folds' images.")
    seconds: float = Field(0.0, ge=0)
    is_default: bool = Field(default=False, description="Its settings are the defaults.")
    note: str = Field("", description="Why it failed.")

    @property
    def standard_error(self) -> float | None:
        """Of the accuracy, from how the folds differ; None for fewer than two."""
        n_folds = len(self.accuracies)
        return float(np.std(self.accuracies, ddof=1) / math.sqrt(n_folds)) if n_folds > 1 else None


class Sweep(PageRecord):
    """All trials of a sweep. `sweep.json` is this value; `report.html` shows it.

    Attributes:
        n_images: Images that judge a trial: training images, each in one of the folds, or validation images.
        n_folds: Folds that judge a trial.
        is_own_validation: The user's validation images judge instead of folds of the training images.
        space: The options that were varied.
        trials: The best first; those that were stopped, and that failed, at the end.
        command: The command that trains and tests with the best settings.
    """

    n_images: int
    n_folds: int
    is_own_validation: bool = False
    space: tuple[SweptOption, ...]
    trials: tuple[SweepTrial, ...] = Field(min_length=1)
    command: str = ""

    @property
    def best(self) -> SweepTrial:
        """The one that most of the folds' images are right with; of equals the one with the smaller loss."""
        return self.trials[0]

    @property
    def default(self) -> SweepTrial | None:
        """The trial of the default values, if there was one and all folds judged it."""
        return next((one for one in self.trials if one.is_default and one.outcome == "finished"), None)

    @property
    def sentence(self) -> str:
        """The result in plain words."""
        text = (
            f"Best of {plural(len(self.trials), 'trial')}: number {self.best.number}, right on "
            f"{as_percent(self.best.accuracy or 0.0)} of {self._judges}"
        )
        default = self.default
        if default is None:
            return f"{text}."
        if default is self.best:
            return f"{text}. Its values are the defaults: nothing better was found."
        gain = 100 * ((self.best.accuracy or 0.0) - (default.accuracy or 0.0))
        return f"{text}: {gain:.1f} points more than with the default values ({as_percent(default.accuracy or 0.0)})."

    @property
    def _judges(self) -> str:
        if self.is_own_validation:
            return f"your own {plural(self.n_images, 'validation image')}"
        return f"{plural(self.n_images, 'training image')}, each judged by a network that had not seen it"

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """The caveats as pages and terminals show them."""
        optimism, *others = self.caveats
        return (caveat(optimism), *(caveat(other, "note") for other in others))

    @property
    def caveats(self) -> tuple[str, ...]:
        """What to keep in mind, as sentences."""
        error = self.best.standard_error
        spread = (
            ""
            if error is None
            else f" The standard error of its {self.n_folds} folds is {100 * error:.1f} points: trials that differ by "
            "no more than that cannot be told apart."
        )
        return (
            f"The best of {len(self.trials)} was picked by its result on these very images, so its number is too good: "
            f"expect less on new images.{spread}",
            "The test images were not looked at. The command line below measures the best settings on them, once.",
        )


def best_first(trials: list[SweepTrial]) -> tuple[SweepTrial, ...]:
    """The best first: finished ones by what is right, then by loss; then the stopped and the failed ones."""
    places = ("finished", "stopped", "failed")
    return tuple(
        sorted(
            trials,
            key=lambda one: (places.index(one.outcome), -(one.accuracy or 0), one.log_loss or 0, one.number),
        )
    )


def setting_text(value: Setting) -> str:
    """`0.0003`, `1e-5`, `adamw`, `none`."""
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
