"""How good a training is on the images of a fold, as numbers that can be added up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from regraft.core import Value

if TYPE_CHECKING:
    from collections.abc import Sequence


class FoldScore(Value):
    """A fold's result."""

    n_images: int = Field(ge=0)
    n_right: int = Field(ge=0)
    loss: float = Field(description="Mean cross-entropy.")
    seconds: float = Field(ge=0, description="That the training took.")

    @property
    def accuracy(self) -> float:
        """Part of the images that is right."""
        return self.n_right / max(self.n_images, 1)

    @property
    def objective(self) -> float:
        """What a search makes large: the images that are right; of as many, the likelihood of the labels decides.

        The likelihood, exp(-loss), lies below 1: it never outweighs an image.
        """
        return (self.n_right + math.exp(-self.loss)) / (self.n_images + 1)


def joined(scores: Sequence[FoldScore]) -> FoldScore:
    """The result on the images of several folds; every image counts once."""
    n_images = sum(score.n_images for score in scores)
    return FoldScore(
        n_images=n_images,
        n_right=sum(score.n_right for score in scores),
        loss=sum(score.n_images * score.loss for score in scores) / max(n_images, 1),
        seconds=sum(score.seconds for score in scores),
    )
