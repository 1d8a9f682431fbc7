"""The network that is trained: a backbone or the last part of one, with a fitted linear head grafted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from regraft.heads import LinearHead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class GraftedHead(nn.Module):
    """A `LinearHead` that can be trained on: at the start its softmax is the fitted head's, exactly.

    A head on features of unit length has large weights, which a learning rate would hardly move. Its features are
    therefore brought to their usual length instead, and its weights are divided by it: the same scores.

    Args:
        head: A fitted head; its temperature becomes part of the weights.
        features: (n, d) float32, some features that it was fitted on.
        dropout: Part of the features that is dropped in training.
    """

    def __init__(self, head: LinearHead, features: NDArray[np.float32], dropout: float) -> None:
        super().__init__()
        self.kind = head.kind
        self.is_row_normalised = head.is_row_normalised
        self.length = usual_length(head, features)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(head.coef.shape[1], head.n_classes)
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(head.coef / (head.temperature * self.length)))
            self.linear.bias.copy_(torch.from_numpy(head.intercept / head.temperature))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Scores (n, k) float32 of features (n, d)."""
        features = features.float()
        if self.is_row_normalised:
            features = nn.functional.normalize(features, dim=1) * self.length
        scores: torch.Tensor = self.linear(self.dropout(features))
        return scores

    def fitted(self, temperature: float = 1.0) -> LinearHead:
        """The head as plain arrays, as bundles keep it."""
        return fitted_head(
            self.linear.weight,
            self.linear.bias,
            kind=self.kind,
            is_row_normalised=self.is_row_normalised,
            length=self.length,
            temperature=temperature,
        )


def usual_length(head: LinearHead, features: NDArray[np.float32]) -> float:
    """The mean length of features (n, d) where a head divides by it; 1 where it does not."""
    return float(np.linalg.norm(features, axis=1).mean()) if head.is_row_normalised else 1.0


def fitted_head(
    weight: torch.Tensor,
    bias: torch.Tensor,
    *,
    kind: str,
    is_row_normalised: bool,
    length: float,
    temperature: float = 1.0,
) -> LinearHead:
    """A trained layer as plain arrays, as bundles keep it.

    Args:
        weight: (k, d), on features of their usual length.
        bias: (k,).
        kind: How the head was fitted that the training began with.
        is_row_normalised: Whether features are divided by their length.
        length: Their usual length, which the layer's features are multiplied by.
        temperature: Calibration.
    """
    coef = weight.detach().float().cpu().numpy() * np.float32(length)
    intercept = bias.detach().float().cpu().numpy()
    return LinearHead(kind, is_row_normalised, coef.copy(), intercept.copy(), temperature, coef.shape[1])


class GraftedNetwork(nn.Module):
    """Pixels or activations in, scores out.

    Args:
        body: From planes (n, 3, h, w) or activations (n, *shape) to features (n, d).
        head: From features to scores.
        planes: From uint8 pixels to what the body takes; None where activations come in.
        keep_statistics: Batch norm goes by the statistics of the pretraining, and leaves them as they are.
    """

    def __init__(
        self,
        body: nn.Module,
        head: GraftedHead,
        *,
        planes: nn.Module | None,
        keep_statistics: bool,
    ) -> None:
        super().__init__()
        self.body = body
        self.head = head
        self.keep_statistics = keep_statistics
        self.planes = planes

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Scores.

        Args:
            inputs: (n, h, w, 3) uint8 pixels, or (n, *shape) float activations.

        Returns:
            (n, k) float32.
        """
        if self.planes is not None:
            inputs = self.planes(inputs).contiguous(memory_format=torch.channels_last)
        scores: torch.Tensor = self.head(self.body(inputs))
        return scores

    @property
    def n_at_least(self) -> int:
        """Images that a batch must have: batch norm cannot compute statistics of a single one."""
        return 1 if self.keep_statistics or next(batch_norms(self), None) is None else 2

    def train(self, mode: bool = True) -> GraftedNetwork:  # noqa: FBT001, FBT002 - torch's signature
        """As torch's, but batch norm stays as it is where its statistics are kept."""
        super().train(mode)
        if mode and self.keep_statistics:
            for module in batch_norms(self):
                module.eval()
        return self


def batch_norms(network: nn.Module) -> Iterator[nn.Module]:
    """All batch-norm layers (timm's carry an activation, and are subclasses)."""
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
    return (module for module in network.modules() if isinstance(module, kinds))
