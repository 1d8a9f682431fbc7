"""Answers as they come: a block of images after the other, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from regraft.bundle.predictions import Prediction, PredictResult, Tally
from regraft.core import InterruptedRunError, SilentProgress, plural
from regraft.data import Unreadable, unkept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from regraft.bundle.asked_images import AskedImages, Sight
    from regraft.bundle.predictions import Judgement, Outcome, Telling
    from regraft.core import Progress
    from regraft.data import Finding

N_BLOCK = 256
"""Images that are answered together: a second or two of work, and what the feature store keeps at a time."""


@dataclass(frozen=True, eq=False)
class PredictionStream:
    """What a classifier says of images, computed a block of images at a time: no more than that is in memory.

    Iterating gives of each image, in their order, a `Prediction`, or `Unreadable` and why. It can be repeated.

    Attributes:
        images: Which are asked about.
        networks: What they are seen with.
        judge: What a classifier says of (m, d) features.
        telling: What is told of it.
        bundle: Digest of the classifier's record.
        cache: Where features are kept.
        notes: What is to be known of how the images are read.
    """

    images: AskedImages
    networks: Sight
    judge: Callable[[NDArray[np.float32]], Judgement]
    telling: Telling
    bundle: str
    cache: Path
    notes: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        """How many answers there are."""
        return len(self.images.refused) + len(self.images.names)

    def __iter__(self) -> Iterator[Outcome]:
        return chain.from_iterable(self.blocks())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed when the images were listed, and where features are not kept."""
        return (*self.images.remarks, *self.notes, *unkept(self.cache))

    def result(self, *, progress: Progress | None = None) -> PredictResult:
        """All answers at once.

        Args:
            progress: Where to report.
        """
        tally = Tally()
        outcomes = [*tally.counted(chain.from_iterable(self.blocks(progress=progress)))]
        return PredictResult(
            predictions=tuple(one for one in outcomes if isinstance(one, Prediction)),
            unreadable=tuple(one for one in outcomes if isinstance(one, Unreadable)),
            findings=(*tally.findings(), *self.findings),
            **tally.counts(),
        )

    def blocks(self, *, n_done: int = 0, progress: Progress | None = None) -> Iterator[Sequence[Outcome]]:
        """The answers, those of a block of images at a time.

        Args:
            n_done: How many are passed over at the beginning.
            progress: Where to report.

        Raises:
            BackboneError: The process was forked after a network had been used.
            InterruptedRunError: Ctrl-C.
        """
        progress = progress or SilentProgress()
        progress.start("Classifying images", len(self))
        progress.advance(n_done)
        try:
            for block in self._blocks(n_done):
                n_done += len(block)
                progress.advance(len(block))
                yield block
        except InterruptedRunError:
            told = f"{n_done:,} of {plural(len(self), 'image')} are answered"
            raise InterruptedRunError(f"Stopped. {told}: run the same command again to go on.") from None

    def _blocks(self, n_done: int) -> Iterator[Sequence[Outcome]]:
        refused, n_images = self.images.refused, len(self.images.names)
        if n_done < len(refused):
            yield refused[n_done:]
        for start in range(max(n_done - len(refused), 0), n_images, N_BLOCK):
            yield self._answer(range(start, min(start + N_BLOCK, n_images)))

    def _answer(self, rows: range) -> list[Outcome]:
        read = self.images.read(rows, self.networks)
        told = self.telling.told([self.images.names[row] for row in read.rows], self.judge(read.features))
        outcomes: dict[int, Outcome] = {**read.unreadable, **dict(zip(read.rows, told, strict=True))}
        return [outcomes[row] for row in rows]
