"""A trained network's scores, in torch: what judges epochs and folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from regraft.finetuning.transfers import to_device

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

    from regraft.finetuning.feeds import Feed


def network_scores(
    network: nn.Module,
    feed: Feed,
    rows: NDArray[np.int64],
    device: torch.device,
    *,
    precision: str,
    batch_size: int = 64,
) -> NDArray[np.float32]:
    """Scores (m, k) of images as they are, in evaluation mode.

    Args:
        network: On the device; it is left in evaluation mode.
        feed: Inputs.
        rows: (m,) which images.
        device: Where it is.
        precision: "fp32" or "bf16".
        batch_size: Images at once.
    """
    network.eval()
    batches = feed.batches(rows, batch_size, None)
    with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
        return np.concatenate([network(to_device(batch, device)).float().cpu().numpy() for batch in batches])
