"""Mixup and cutmix: images of a batch blended or patched with others (arXiv:1710.09412, arXiv:1905.04899)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    import numpy as np

    from regraft.finetuning.options import RegularisationOptions

_N_PLANE_DIMENSIONS = 4


def mix_batch(
    inputs: torch.Tensor,
    labels: torch.Tensor,
    n_classes: int,
    options: RegularisationOptions,
    random: np.random.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mix a batch as the options say; with both, a coin decides.

    Args:
        inputs: (n, ...) pixels (n, h, w, 3) uint8, or activations; cutmix needs (n, c, h, w) or such pixels.
        labels: (n,) int64.
        n_classes: k.
        options: Alphas; with 0 nothing is changed.
        random: All randomness.

    Returns:
        Inputs, and targets: the labels, or (n, k) float32 where something was mixed.
    """
    if not options.mixup and not options.cutmix:
        return inputs, labels
    by_patch = bool(options.cutmix) and (not options.mixup or random.random() < 0.5)
    alpha = options.cutmix if by_patch else options.mixup
    share = float(random.beta(alpha, alpha))
    partners = torch.from_numpy(random.permutation(len(labels))).to(inputs.device)
    if by_patch and inputs.dim() == _N_PLANE_DIMENSIONS:
        mixed, share = _patched(inputs, partners, share, random)
    else:
        blended = inputs.float() * share + inputs[partners].float() * (1 - share)
        mixed = blended if inputs.is_floating_point() else blended.round().to(inputs.dtype)
    own = functional.one_hot(labels, n_classes).float()
    return mixed, own * share + own[partners] * (1 - share)


def _patched(
    inputs: torch.Tensor, partners: torch.Tensor, share: float, random: np.random.Generator
) -> tuple[torch.Tensor, float]:
    are_pixels = inputs.dtype == torch.uint8  # (n, h, w, 3); activations are (n, c, h, w)
    height, width = inputs.shape[1:3] if are_pixels else inputs.shape[2:4]
    side = (1 - share) ** 0.5
    rows, columns = round(side * height), round(side * width)
    top, left = int(random.integers(height - rows + 1)), int(random.integers(width - columns + 1))
    mixed = inputs.clone()
    box = (slice(top, top + rows), slice(left, left + columns))
    place = (slice(None), *box) if are_pixels else (slice(None), slice(None), *box)
    mixed[place] = inputs[partners][place]
    return mixed, 1 - rows * columns / (height * width)
