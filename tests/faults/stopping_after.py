"""A request to stop that comes in the middle of a training."""

from __future__ import annotations

from regraft.finetuning import StopRequest


class StopAfter(StopRequest):
    """A request that comes after some looks."""

    def __init__(self, n_looks):
        super().__init__()
        self.n_looks = n_looks

    def __bool__(self):
        self.n_looks -= 1
        return self.n_looks < 0
