"""How the images of an epoch are dealt into batches and steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class Batches:
    """The batches of an epoch, the same in every epoch.

    Attributes:
        sizes: Images of each.
        accumulate: Batches that make one step.
    """

    sizes: tuple[int, ...]
    accumulate: int

    @property
    def n_steps(self) -> int:
        """Steps of an epoch."""
        return -(-len(self.sizes) // self.accumulate)

    def of_step(self, step: int) -> tuple[int, ...]:
        """The sizes of a step's batches."""
        return self.sizes[step * self.accumulate : (step + 1) * self.accumulate]

    def n_before(self, step: int) -> int:
        """Images of the epoch that the steps before one have seen."""
        return sum(self.sizes[: step * self.accumulate])


def deal_batches(n_images: int, *, batch_size: int, accumulate: int = 1, at_least: int = 1) -> Batches:
    """Full batches, and the rest as the last one.

    Batch norm that computes statistics cannot do so of a single image. A rest that is too small is therefore shared
    evenly with the batch before it (33 images in batches of 32: 17 and 16), and joins it where both would be too small.

    Args:
        n_images: Of an epoch; each is in one batch.
        batch_size: Images of a full batch.
        accumulate: Batches that make one step.
        at_least: Images that each batch must have; a full one has them.
    """
    n_full, rest = divmod(n_images, batch_size)
    sizes = [batch_size] * n_full + ([rest] if rest else [])
    if n_full and 0 < rest < at_least:
        both = batch_size + rest
        sizes[-2:] = [both - both // 2, both // 2] if both // 2 >= at_least else [both]
    return Batches(tuple(sizes), accumulate)


def regrouped(parts: Iterable[torch.Tensor], sizes: Iterable[int]) -> Iterator[torch.Tensor]:
    """The rows of some tensors, in their order, as tensors of other sizes; one that fits is handed on as it is."""
    source = iter(parts)
    kept: torch.Tensor | None = None
    for size in sizes:
        while kept is None or len(kept) < size:
            part = next(source)
            kept = part if kept is None else torch.cat([kept, part])
        yield kept[:size]
        kept = kept[size:] if len(kept) > size else None
