"""Losses by name, and the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from regraft.core import OptionError, TrainingError, explain_own_error, load_function, own_file, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from regraft.finetuning.options import RegularisationOptions

    Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def create_loss(
    options: RegularisationOptions, n_classes: int, class_counts: NDArray[np.int64], *, balanced: bool = False
) -> Loss:
    """The mean loss of a batch.

    Args:
        options: Which loss; label smoothing and focal gamma.
        n_classes: k.
        class_counts: (k,) training images of each class.
        balanced: Give each class the weight n / (k n_class), as scikit-learn's "balanced".

    Returns:
        A function of scores (n, k) float32 and targets, (n,) int64 or (n, k) float32 probabilities, to a scalar.

    Raises:
        OptionError: There is no such loss, or the user's code cannot be loaded.
    """
    weights = _class_weights(class_counts) if balanced else torch.ones(n_classes)
    if ":" in options.loss:
        return _own_loss(options.loss)
    if options.loss not in ("cross-entropy", "focal"):
        raise OptionError(
            f"There is no loss called {quoted(options.loss)}: use cross-entropy, focal, or your own as module:function."
        )
    gamma = options.focal_gamma if options.loss == "focal" else 0.0

    def loss(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        soft = targets if targets.dim() == scores.dim() else functional.one_hot(targets, n_classes).to(scores.dtype)
        soft = soft * (1 - options.label_smoothing) + options.label_smoothing / n_classes
        logs = functional.log_softmax(scores, dim=1)
        if gamma:
            logs = (1 - logs.exp()).clamp_min(1e-12) ** gamma * logs  # Lin et al. 2017, arXiv:1708.02002, equation 4
        return -(soft * weights.to(scores.device) * logs).sum(dim=1).mean()

    return loss


def _class_weights(counts: NDArray[np.int64]) -> torch.Tensor:
    found = torch.from_numpy(counts).float()
    weights = found.sum() / (max(1, int((found > 0).sum())) * found.clamp_min(1))
    return torch.where(found > 0, weights, torch.zeros_like(weights))


def _own_loss(name: str) -> Loss:
    function = load_function(name)

    def loss(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        try:
            value = function(scores, targets)
        except Exception as error:
            raise TrainingError(f"The loss {name} failed: {explain_own_error(error, own_file(name))}") from error
        if not isinstance(value, torch.Tensor) or value.dim() != 0 or not value.requires_grad:
            found = f"a tensor of shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else repr(value)
            raise TrainingError(f"The loss {name} must give a scalar tensor computed from the scores; it gave {found}.")
        return value

    return loss
