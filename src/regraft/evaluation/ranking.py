"""Several classifiers that answered for the same images: how they rank, and which differences are more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from regraft.core import Value, plural
from regraft.data import Finding, caveat
from regraft.evaluation.comparison import PairedDifference, compare_paired, holm, pareto_front
from regraft.evaluation.intervals import Estimate, of_the_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.evaluation.assessment import Assessment
    from regraft.evaluation.predictions import Predictions

SIGNIFICANCE = 0.05
"""A difference with a smaller (adjusted) p value is taken for more than chance."""


class Costs(Value):
    """What using a classifier takes."""

    milliseconds: float = Field(ge=0, description="One image that is in memory, through network and head: the median.")
    n_parameters: int = Field(ge=0, description="Of the network.")
    n_bytes: int = Field(ge=0, description="The saved classifier on disk.")


@dataclass(frozen=True, eq=False)
class Contestant:
    """A classifier before the ranking.

    Attributes:
        name: Its name, unlike the others'.
        backbone: The network.
        head: The kind of head.
        predictions: What it said of each image; all contestants' are for the same images in the same order.
        assessment: How good that is.
        costs: What using it takes.
        folder: Its own report's folder, relative to the comparison's.
    """

    name: str
    backbone: str
    head: str
    predictions: Predictions
    assessment: Assessment
    costs: Costs
    folder: str = ""


class Candidate(Value):
    """One classifier of a comparison, and how it stands to the best."""

    name: str
    backbone: str
    head: str
    accuracy: Estimate
    balanced_accuracy: Estimate
    log_loss: Estimate
    calibration_error: Estimate
    costs: Costs
    folder: str
    difference: PairedDifference | None = Field(description="Its accuracy minus the best's; None for the best itself.")
    p_adjusted: float | None = Field(description="P value of the difference, adjusted for their number (Holm).")
    on_front: bool = Field(description="No other one is at least as accurate and as fast, and better in one of these.")

    @property
    def is_distinct(self) -> bool:
        """Whether it is worse than the best by more than chance."""
        return self.p_adjusted is not None and self.p_adjusted < SIGNIFICANCE


class Ranking(Value):
    """Classifiers measured on the same images.

    Attributes:
        n_images: Test images.
        n_groups: Independent groups of them; None where every image is independent.
        confidence: Of the intervals.
        candidates: The classifiers, the best first.
        caveats: What to keep in mind when reading the numbers, as sentences.
    """

    n_images: int
    n_groups: int | None
    confidence: float
    candidates: tuple[Candidate, ...] = Field(min_length=1)
    caveats: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """The caveats as pages and terminals show them."""
        return tuple(map(caveat, self.caveats))

    @property
    def best(self) -> Candidate:
        """The most accurate; of equals the faster."""
        return self.candidates[0]

    @property
    def equals(self) -> tuple[Candidate, ...]:
        """Those that cannot be told apart from the best on these images."""
        return tuple(candidate for candidate in self.candidates[1:] if not candidate.is_distinct)

    @property
    def sentence(self) -> str:
        """The result in plain words."""
        right = of_the_time(self.best.accuracy, self.confidence)
        text = f"Best on {plural(self.n_images, 'image')}: {self.best.name}, right {right}"
        n_others = len(self.candidates) - 1
        if not n_others:
            return f"{text}."
        if not self.equals:
            return f"{text}; the others are worse by more than chance."
        text += f"; {len(self.equals)} of {plural(n_others, 'other')} cannot be told apart from it"
        fastest = min(self.equals, key=lambda candidate: candidate.costs.milliseconds)
        if fastest.costs.milliseconds < 0.9 * self.best.costs.milliseconds:
            ratio = self.best.costs.milliseconds / fastest.costs.milliseconds
            text += f", of which {fastest.name} is {ratio:.1f} times as fast"
        return f"{text}."


def rank(contestants: Sequence[Contestant]) -> Ranking:
    """Rank classifiers by accuracy, and test each against the best on the images that they share.

    Args:
        contestants: At least one, with predictions for the same labelled images.

    Raises:
        ValueError: There are none, or the images differ.
    """
    ordered = sorted(contestants, key=lambda one: (-one.assessment.accuracy.value, one.costs.milliseconds, one.name))
    if not ordered or any(one.predictions.paths != ordered[0].predictions.paths for one in ordered):
        raise ValueError("A comparison needs one or more classifiers that answered for the same images.")
    best = ordered[0].assessment
    caveats = best.caveats
    if len(ordered) > 1:
        caveats += (
            f"The best of {len(ordered)} was picked by its result on these very images, so its number is a little "
            "too good: expect less on new ones.",
        )
    return Ranking(
        n_images=best.n_images,
        n_groups=best.n_groups,
        confidence=best.confidence,
        candidates=_candidates(ordered),
        caveats=caveats,
    )


def _candidates(ordered: Sequence[Contestant]) -> tuple[Candidate, ...]:
    """Each with its difference to the first."""
    best, *others = [one.predictions.labelled() for one in ordered]
    differences = [compare_paired(other.right, best.right, groups=other.groups) for other in others]
    adjusted = holm([difference.p_value for difference in differences])
    front = pareto_front(
        [one.assessment.accuracy.value for one in ordered], [one.costs.milliseconds for one in ordered]
    )
    return tuple(
        Candidate(
            name=one.name,
            backbone=one.backbone,
            head=one.head,
            accuracy=one.assessment.accuracy,
            balanced_accuracy=one.assessment.balanced_accuracy,
            log_loss=one.assessment.log_loss,
            calibration_error=one.assessment.calibration_error,
            costs=one.costs,
            folder=one.folder,
            difference=difference,
            p_adjusted=p_adjusted,
            on_front=on_front,
        )
        for one, difference, p_adjusted, on_front in zip(
            ordered, [None, *differences], [None, *adjusted], front, strict=True
        )
    )
