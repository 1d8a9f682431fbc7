"""Follow the regularised leader, per coordinate (McMahan et al. 2013, "Ad click prediction", algorithm 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Ftrl(torch.optim.Optimizer):
    """FTRL-Proximal, with TensorFlow's defaults.

    A weight w keeps n, the sum of its squared gradients, and z. With s = (sqrt(n + g^2) - sqrt(n)) / lr a step adds
    g - s w to z and g^2 to n, and sets w = -(z - sign(z) l1) / (sqrt(n) / lr + l2), or 0 where |z| <= l1. So that
    a training can begin at weights that are not 0, z starts where the first weight follows from it.

    Args:
        params: Parameters or groups of them.
        lr: Learning rate.
        initial_accumulator: Start of n.
        l1, l2: Regularisation.
        weight_decay: Decoupled, as AdamW's.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        *,
        initial_accumulator: float = 0.1,
        l1: float = 0.0,
        l2: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            params,
            {"lr": lr, "initial_accumulator": initial_accumulator, "l1": l1, "l2": l2, "weight_decay": weight_decay},
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One step; `closure` computes the loss anew, as for every torch optimizer."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            rate = max(group["lr"], 1e-12)  # a warm-up begins at 0, which would divide by it
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["n"] = torch.full_like(weight, group["initial_accumulator"])
                grad, n_before = weight.grad, state["n"]
                n_after = n_before + grad.square()
                # z follows from the weight, at the rate of this step: rates may change along a schedule.
                z = -weight * (n_before.sqrt() / rate + group["l2"]) - weight.sign() * group["l1"]
                z = z + grad - (n_after.sqrt() - n_before.sqrt()) / rate * weight
                state["n"] = n_after
                weight.copy_(
                    torch.where(
                        z.abs() > group["l1"],
                        -(z - z.sign() * group["l1"]) / (n_after.sqrt() / rate + group["l2"]),
                        torch.zeros_like(z),
                    )
                )
                if group["weight_decay"]:
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
        return loss
