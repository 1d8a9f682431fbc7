"""What was found when a bundle and an export of it were compared, and what of it must not be."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from regraft.core import Value, plural

if TYPE_CHECKING:
    from regraft.exporting.answer_changes import AnswerChange

PROBABILITY_TOLERANCE = 1e-4
"""Largest difference of a probability, on the same pixels, both in float32."""
MARGIN = 2e-4
"""Where the reference's best two classes are as near as this, another order is no other answer."""
BATCH_TOLERANCE = 1e-5
"""Largest difference of a probability by an image's place and company in a batch."""
NOVELTY_TOLERANCE = 1e-3
"""Largest difference of the strangeness, relative to the threshold's or the largest value."""
LEVEL_TOLERANCE = 1
MAX_DROP = 0.5
"""Percentage points of accuracy that 8 bits may lose, unless it is said otherwise."""
SHARE_EQUAL = 0.999


class ScoreParity(Value):
    """Same pixels: does the export give the bundle's answers?

    Attributes:
        n_images: That both were asked about.
        largest_difference: Of a probability.
        changed: Images that get another class, though the bundle's margin is no tie; the first of them.
        n_changed: How many.
        n_ties: Images that get another class at a margin that is a tie.
        novelty_difference: Largest difference of the strangeness, relative; None where nothing tells strangers.
        n_unknown_changed: Images that are unknown to one of the two, though they are not at the threshold.
        n_sets_changed: Images whose prediction sets differ, in a class that is not at the threshold.
        batch_difference: Largest difference of a probability between an image by itself and in a batch.
    """

    n_images: int
    largest_difference: float
    changed: tuple[str, ...]
    n_changed: int
    n_ties: int
    novelty_difference: float | None
    n_unknown_changed: int
    n_sets_changed: int
    batch_difference: float

    @property
    def failures(self) -> tuple[str, ...]:
        """What does not hold, a sentence each."""
        found = []
        if not self.largest_difference <= PROBABILITY_TOLERANCE:
            found.append(
                f"On the same pixels probabilities differ by up to {self.largest_difference:.2g} "
                f"(allowed: {PROBABILITY_TOLERANCE:g}; {plural(self.n_images, 'image')})."
            )
        if self.n_changed:
            found.append(f"{plural(self.n_changed, 'image')} would get another class: {', '.join(self.changed)}.")
        if self.novelty_difference is not None and not self.novelty_difference <= NOVELTY_TOLERANCE:
            found.append(f"How strange images look differs by {self.novelty_difference:.2g} of the largest value.")
        if self.n_unknown_changed:
            found.append(f"{plural(self.n_unknown_changed, 'image')} would be unknown to one of the two only.")
        if self.n_sets_changed:
            found.append(f"{plural(self.n_sets_changed, 'image')} would get another prediction set.")
        return (*found, *batch_failures(self))


def batch_failures(scores: ScoreParity) -> tuple[str, ...]:
    """What does not hold of an image in company, whatever the precision: no sentence, or one.

    Args:
        scores: What was found.
    """
    if scores.batch_difference <= BATCH_TOLERANCE:
        return ()
    return (f"An image's probabilities depend on its batch, by up to {scores.batch_difference:.2g}.",)


def drop_failures(answers: AnswerChange | None, max_drop: float) -> tuple[str, ...]:
    """What does not hold of an export in another precision: no sentence, or one.

    Args:
        answers: To a user's images.
        max_drop: Percentage points of accuracy that may be lost.
    """
    if answers is None:
        return ("In another precision it must be seen on images: name some.",)
    if not isfinite(answers.largest_difference):
        return ("Some of its probabilities are no numbers.",)
    if answers.drop <= max_drop:
        return ()
    if answers.difference is None:
        return (
            f"{answers.n_changed} of {plural(answers.n_images, 'image')} get another class, and without labels that is "
            f"all that is known: up to {answers.drop:.1f} points of accuracy (--max-drop {max_drop:g}; "
            f"{_interval(answers)}).{_hint(answers, max_drop)}",
        )
    return (
        f"Accuracy on {plural(answers.n_measured, 'image')} falls from {answers.reference} to {answers.accuracy}, by "
        f"{answers.difference}; allowed are {max_drop:g} points (--max-drop)."
        f"{_hint(answers, max_drop)}",
    )


def drop_doubt(answers: AnswerChange | None, max_drop: float) -> str:
    """Why an export in another precision that loses no more than is allowed may do so all the same; empty where not.

    Args:
        answers: To a user's images.
        max_drop: Percentage points of accuracy that may be lost.
    """
    if answers is None or not answers.n_images or answers.drop > max_drop or answers.drop_ends[1] <= max_drop:
        return ""
    if answers.difference is None:
        return (
            f"In 8 bits {answers.n_changed} of {plural(answers.n_images, 'image')} get another class "
            f"({_interval(answers)}): too few images to exclude that more than {max_drop:g} % do (--max-drop). "
            "Name more."
        )
    return (
        f"In 8 bits accuracy on {plural(answers.n_measured, 'image')} changes by {answers.difference}: too few images "
        f"to exclude a loss of more than {max_drop:g} points (--max-drop). Name more with labels that the classifier "
        "was not trained on."
    )


def _interval(answers: AnswerChange) -> str:
    return "95 % interval {:.1f} to {:.1f}".format(*answers.drop_ends)


def _hint(answers: AnswerChange, max_drop: float) -> str:
    least, _most = answers.drop_ends
    return " So few images do not exclude that it loses no more than that: name more." if least <= max_drop else ""


class PixelParity(Value):
    """Any image: does the graph that resizes it give the bundle's pixels?

    Attributes:
        n_images: That it was tried on.
        share_equal: Of all values.
        largest_difference: In grey levels.
        changed: Images that get another class because of it; the first of them.
        n_changed: How many.
    """

    n_images: int
    share_equal: float
    largest_difference: int
    changed: tuple[str, ...]
    n_changed: int

    @property
    def failures(self) -> tuple[str, ...]:
        """What does not hold, a sentence each."""
        if self.largest_difference <= LEVEL_TOLERANCE and self.share_equal >= SHARE_EQUAL:
            return ()
        return (
            f"The graph for images of any size gives other pixels: {self.share_equal:.2%} of the values are equal "
            f"(needed: {SHARE_EQUAL:.1%}), the largest difference is {self.largest_difference} grey levels "
            f"(allowed: {LEVEL_TOLERANCE}).",
        )
