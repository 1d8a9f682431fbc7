"""A classifier asked by several threads: an image is seen in one of them, and answered in another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.bundle.predictions import Judgement, Telling
from regraft.data import Unreadable, UnreadableImageError
from regraft.images import require_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from regraft.bundle.asked_images import Sight
    from regraft.bundle.predictions import Prediction

_N_ASKED = 4
"""So often a classifier is tried: the graph of one image is made at the third time (decision 24)."""


@dataclass(frozen=True, eq=False)
class StagedClassifier:
    """A classifier in two stages: pixels that its networks take, and what they say of them.

    Any number of threads can use it. What is said of an image does not depend on its company.

    Attributes:
        digest: What it is known by: BLAKE3 of the bundle's record, or of the export.
        class_names: In the order of the probabilities' columns.
        sight: Images in, features out.
        judge: What is said of (m, d) features.
        about: What people want to know of it, as JSON holds it.
        is_alike: Whether an image has the same features in any company; else each is computed alone.
    """

    digest: str
    class_names: tuple[str, ...]
    sight: Sight
    judge: Callable[[NDArray[np.float32]], Judgement]
    about: Mapping[str, Any]
    is_alike: bool = True

    def see(self, data: bytes, name: str, *, n_pixels_max: int) -> list[NDArray[np.uint8]] | Unreadable:
        """What the networks take of an encoded image.

        Args:
            data: The whole file.
            name: Of the image, if there is something to be said of it.
            n_pixels_max: An image whose header states more is not decoded.

        Returns:
            For each view of each network (1, h, w, 3) uint8; or why that cannot be had.
        """
        try:
            require_pixels(data, n_pixels_max)
            return self.sight.inputs([data])
        except UnreadableImageError as error:
            return Unreadable(path=name, reason=error.reason, detail=error.detail)

    def answer(self, seen: Sequence[Sequence[NDArray[np.uint8]]]) -> list[Judgement]:
        """What is said of images: of each as if it were alone, to the last bit.

        Args:
            seen: Of each of m images what `see` gave.

        Returns:
            Of each its own judgement.
        """
        if len(seen) == 1 or not self.is_alike:
            return [self.judge(self.sight.compute(inputs)) for inputs in seen]
        features = self.sight.compute([np.concatenate(parts) for parts in zip(*seen, strict=True)])
        return [self.judge(features[row : row + 1]) for row in range(len(seen))]

    def tell(self, judgement: Judgement, name: str, *, top_k: int = 1, unknown: bool = True) -> Prediction:
        """An answer, as people are told.

        Args:
            judgement: Of one image.
            name: Of it.
            top_k: How many of the most probable classes to name.
            unknown: Whether to say if it looks like none of the classes.
        """
        if not unknown:
            judgement = replace(judgement, novelty=None, is_unknown=None)
        (told,) = Telling(self.class_names, top_k, looks_for_unknown=unknown).told([name], judgement)
        return told

    def try_out(self) -> None:
        """Classify an image that is all grey, so often that whatever is made at the first uses is there.

        Raises:
            RegraftError: It does not work.
        """
        seen = self.sight.inputs([np.full((8, 8, 3), 128, np.uint8)])
        for _ in range(_N_ASKED):
            self.answer([seen])
