"""Where a training's inputs come from: decoded images, or activations that were computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from regraft.core import DataError, hash_key
from regraft.images import View, decode_batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.finetuning.views import Views
    from regraft.images import Augmentation, ImageSource, Transform


class Feed(Protocol):
    """Inputs of n images, in any order, in views that depend on the epoch."""

    def is_ready(self, epoch: int) -> bool:
        """Whether an epoch can begin at once; waits a little where it cannot."""

    def batches(self, order: NDArray[np.int64], batch_size: int, epoch: int | None) -> Iterator[torch.Tensor]:
        """Inputs in an order.

        Args:
            order: (m,) rows.
            batch_size: Images of a batch; fewer in the last one.
            epoch: Which views; None for the images as they are.

        Yields:
            (b, ...) tensors on the CPU.
        """

    def close(self) -> None:
        """The training is over: end what is under way. The feed can be used again."""


@dataclass(frozen=True, eq=False)
class PixelFeed:
    """Images decoded and augmented anew in each epoch, a few batches ahead.

    Attributes:
        sources: n images.
        transform: Their geometry.
        augmentation: How views differ from the plain image.
        seed: Chooses the views.
        n_threads: Of decoding; None for all cores. The batches do not depend on it.
    """

    sources: Sequence[ImageSource]
    transform: Transform
    augmentation: Augmentation
    seed: int
    n_threads: int | None = None

    def is_ready(self, epoch: int) -> bool:  # noqa: ARG002 - images are decoded as they are needed
        """Always."""
        return True

    def batches(self, order: NDArray[np.int64], batch_size: int, epoch: int | None) -> Iterator[torch.Tensor]:
        """uint8 pixels (b, h, w, 3) (`Feed.batches`).

        Raises:
            DataError: An image that could be read before cannot be read any more.
        """
        view = None if epoch is None else View(self.augmentation, self.seed, epoch)
        sources = [self.sources[row] for row in order.tolist()]
        for batch in decode_batches(
            sources, self.transform, batch_size=batch_size, view=view, n_threads=self.n_threads
        ):
            for _position, record in batch.unreadable:
                raise DataError(
                    f"{record.path} could be read before and cannot be read now ({record.reason}, {record.detail}). "
                    "Put it back, or start again without it."
                )
            yield torch.from_numpy(batch.pixels)

    def close(self) -> None:
        """Nothing is under way between two epochs."""


@dataclass(frozen=True, eq=False)
class ActivationFeed:
    """Activations at the boundary, computed once for some views of each image.

    Which of an epoch's views an image shows comes from a hash of its row, so that an epoch mixes them.

    Attributes:
        plain: (n, d) the images as they are.
        views: The views to train on; None for the plain images.
        shape: Of one activation.
        seed: Chooses which views images begin with.
    """

    plain: NDArray[Any]
    views: Views | None
    shape: tuple[int, ...]
    seed: int

    def is_ready(self, epoch: int) -> bool:
        """Whether the epoch's views are there."""
        return self.views is None or self.views.is_ready(epoch)

    def batches(self, order: NDArray[np.int64], batch_size: int, epoch: int | None) -> Iterator[torch.Tensor]:
        """float32 activations (b, *shape) (`Feed.batches`)."""
        views = (self.plain,) if epoch is None or self.views is None else self.views.of_epoch(epoch)
        begin = np.frombuffer(hash_key(self.seed, "first views"), np.uint32)[0]
        numbers = (order * 2654435761 + begin) % 2**32 // 65536 % len(views)
        for start in range(0, len(order), batch_size):
            rows, chosen = order[start : start + batch_size], numbers[start : start + batch_size]
            batch = np.empty((len(rows), self.plain.shape[1]), np.float32)
            for number in np.unique(chosen):
                batch[chosen == number] = views[number][rows[chosen == number]]
            inputs = torch.from_numpy(batch).view(-1, *self.shape)
            yield inputs.contiguous(memory_format=torch.channels_last) if inputs.dim() == 4 else inputs

    def close(self) -> None:
        """Make no more views."""
        if self.views is not None:
            self.views.close()
