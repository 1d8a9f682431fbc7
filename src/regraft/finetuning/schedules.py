"""Learning rates as pure functions of the step: resuming needs no state of a schedule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regraft.finetuning.options import ScheduleOptions

_ONE_CYCLE_WARMUP = 0.3
_ONE_CYCLE_START = 1 / 25
_ONE_CYCLE_END = 1e-5


def rate_factor(  # noqa: PLR0911 - one for each schedule
    step: int, n_steps: int, steps_an_epoch: int, options: ScheduleOptions
) -> float:
    """The part of the peak rate that a step learns with.

    One-cycle (Smith 2018, arXiv:1803.09820) rises along a cosine over the first 30 % of the steps, or over `warmup`
    if that is longer, and falls along one to nothing. All others rise along a line.

    Args:
        step: 0 for the first one.
        n_steps: Of the training.
        steps_an_epoch: For schedules that count epochs.
        options: Which schedule.
    """
    one_cycle = options.schedule == "one-cycle"
    n_warm = math.ceil((max(options.warmup, _ONE_CYCLE_WARMUP) if one_cycle else options.warmup) * n_steps)
    if step < n_warm:
        part = (step + 1) / n_warm
        return _between(_ONE_CYCLE_START, 1.0, part) if one_cycle else part
    part = (step - n_warm) / max(1, n_steps - n_warm)
    decays = (step - n_warm) / (options.decay_epochs * steps_an_epoch)
    match options.schedule:
        case "cosine":
            return _between(1.0, options.final_fraction, part)
        case "one-cycle":
            return _between(1.0, _ONE_CYCLE_END, part)
        case "polynomial":
            return float(options.final_fraction + (1 - options.final_fraction) * (1 - part) ** options.power)
        case "step":
            return float(options.decay_factor ** math.floor(decays))
        case "exponential":
            return float(options.decay_factor**decays)
    return 1.0


def _between(start: float, end: float, part: float) -> float:
    """Along half a cosine from `start` (part 0) to `end` (part 1)."""
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2
