"""Where a training's inputs come from: decoded images, or activations that were computed once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from regraft.core import DataError, hash_key
from regraft.images import View, decode_batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.images import Augmentation, ImageSource, Transform

Rows = "NDArray[np.int64]"


class Feed(Protocol):
    """Inputs of n images, in any order, in views that depend on the epoch."""

    def batches(self, order: NDArray[np.int64], batch_size: int, epoch: int | None) -> Iterator[torch.Tensor]:
        """Inputs in an order.

        Args:
            order: (m,) rows.
            batch_size: Images of a batch; fewer in the last one.
            epoch: Which views; None for the images as they are.

        Yields:
            (b, ...) tensors on the CPU.
        """


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


@dataclass(frozen=True, eq=False)
class ActivationFeed:
    """Activations at the boundary, computed once for some views of each image.

    In epoch e an image shows its view e + h, with h from a hash of its row, so that an epoch mixes views and
    successive epochs go through all of them.

    Attributes:
        plain: (n, d) the images as they are.
        views: Each (n, d): the views to train on; with none, the plain ones.
        shape: Of one activation.
        seed: Chooses where each image begins.
    """

    plain: NDArray[Any]
    views: tuple[NDArray[Any], ...]
    shape: tuple[int, ...]
    seed: int

    def batches(self, order: NDArray[np.int64], batch_size: int, epoch: int | None) -> Iterator[torch.Tensor]:
        """float32 activations (b, *shape) (`Feed.batches`)."""
        views = (self.plain,) if epoch is None or not self.views else self.views
        begin = np.frombuffer(hash_key(self.seed, "first views"), np.uint32)[0]
        numbers = (order * 2654435761 + begin) % 2**32 // 65536 % len(views)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            chosen = (numbers[start : start + batch_size] + (epoch or 0)) % len(views)
            batch = np.empty((len(rows), self.plain.shape[1]), np.float32)
            for number in np.unique(chosen):
                batch[chosen == number] = views[number][rows[chosen == number]]
            inputs = torch.from_numpy(batch).view(-1, *self.shape)
            yield inputs.contiguous(memory_format=torch.channels_last) if inputs.dim() == 4 else inputs

    def with_views(self, views: tuple[NDArray[Any], ...]) -> ActivationFeed:
        """The same images with other views."""
        return replace(self, views=views)
