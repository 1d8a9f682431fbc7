"""From the processor's memory to where a network computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def to_device(batch: torch.Tensor, device: torch.device) -> torch.Tensor:
    """A batch as it is (bytes stay bytes) on the device; to a GPU from pinned memory, beside what it computes."""
    if device.type == "cuda" and not batch.is_pinned():
        batch = batch.pin_memory()
    return batch.to(device, non_blocking=True)
