"""One process or several: which device each uses, and what they tell each other."""

from __future__ import annotations

import atexit
import gc
import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import torch
from torch import distributed
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from regraft.core import TOLD_ELSEWHERE, RegraftError, TrainingError
from regraft.finetuning.pulses import Pulse, explained_loss

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from torch import nn

_PATIENCE = timedelta(minutes=5)
"""How long a process waits for one that says nothing (its machine is off, a cable is out) before it ends with an error.

One that was ended is known at once: its connections are closed. One that works alone for long says that it does.
"""

Made = TypeVar("Made")


@dataclass(frozen=True)
class World:
    """The processes that train together (`torchrun`); one by itself where there is no such thing.

    Every process takes its share of each batch, and gradients are summed, weighted by the images of each: the same
    mathematics, sample order and steps for any number of processes.

    Attributes:
        rank: Which process this is; 0 writes.
        size: How many there are.
        device: Where this one computes.
        patient: How they tell each other what is small, also while one works alone; None where there is one.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    patient: distributed.ProcessGroup | None = None

    @property
    def peers(self) -> World | None:
        """It, where there are several processes."""
        return None if self.size == 1 else self

    def share(self, rows: NDArray[np.int64], *, at_least: int = 1) -> NDArray[np.int64]:
        """This process's part of a batch: every `size`-th row.

        Args:
            rows: The batch.
            at_least: Rows that a part must have; of a batch that is too small for all, the last processes get none.
        """
        n_sharing = max(1, min(self.size, len(rows) // at_least))
        return rows[self.rank :: n_sharing] if self.rank < n_sharing else rows[:0]

    def add_gradients(self, network: nn.Module) -> None:
        """Sum the gradients of all processes, in one message."""
        if self.size == 1:
            return
        parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        flat = torch.cat([parameter.grad.flatten() for parameter in parameters if parameter.grad is not None])
        with explained_loss(self.size):
            distributed.all_reduce(flat)
        start = 0
        for parameter in parameters:
            n_numbers = parameter.numel()
            parameter.grad = flat[start : start + n_numbers].view_as(parameter).clone()
            start += n_numbers

    def average_buffers(self, network: nn.Module) -> None:
        """Give all processes the mean of their batch statistics, so that they keep one network."""
        if self.size == 1:
            return
        buffers = [buffer for buffer in network.buffers() if buffer.is_floating_point()]
        if not buffers:
            return
        flat = torch.cat([buffer.flatten() for buffer in buffers])
        with explained_loss(self.size):
            distributed.all_reduce(flat)
        for buffer, part in zip(buffers, torch.split(flat, [buffer.numel() for buffer in buffers]), strict=True):
            buffer.copy_((part / self.size).view_as(buffer))

    def add_numbers(self, *numbers: float) -> tuple[float, ...]:
        """Sums over all processes."""
        if self.size == 1:
            return numbers
        summed = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        with explained_loss(self.size):
            distributed.all_reduce(summed)
        return tuple(summed.tolist())

    def all_reduce(self, array: NDArray[Any]) -> NDArray[Any]:
        """Sums of arrays over all processes: with `rank`, what heads need to be fitted on rows of several processes."""
        if self.size == 1:
            return array
        summed = torch.tensor(array, device=self.device)
        distributed.all_reduce(summed)
        return summed.cpu().numpy()

    def of_leader(self, value: Any) -> Any:
        """What process 0 has, in all processes: for small JSON-like values that were measured or drawn."""
        if self.size == 1:
            return value
        box = [value]
        with explained_loss(self.size):
            distributed.broadcast_object_list(box, src=0)
        return box[0]

    def from_leader(self, make: Callable[[], Made]) -> Made:
        """What process 0 makes, in all processes; the others wait as long as it takes, and as it lives.

        Args:
            make: Called in process 0 only. What it returns must not be large.

        Raises:
            RegraftError: `make` raised it, in process 0, or what is no OSError either.
            OSError: `make` raised it, in process 0.
        """
        if self.patient is None:
            return make()
        if self.rank == 0:
            try:
                made = self._at_work(make, is_urgent=False)
            except Exception as error:
                self._share_failure(error)
                raise
            with suppress(TrainingError):  # it is made; whoever is lost will be missed at the next step
                self._share_from_leader(made)
            return made
        self._at_work(_nothing, is_urgent=True)
        received = self._share_from_leader(None)
        if isinstance(received, Exception):
            received.add_note(TOLD_ELSEWHERE)
            raise received
        return cast("Made", received)

    def together(self, make: Callable[[], Made]) -> list[Made]:
        """What each process makes, in all of them, by rank; they wait for each other as long as it takes.

        Args:
            make: Called in every process; where it fails in one, it is broken off in the others. What it returns must
                not be large.

        Raises:
            TrainingError: Another process failed, or was lost.
        """
        if self.patient is None:
            return [make()]
        made = self._at_work(make, is_urgent=True)
        box: list[Any] = [None] * self.size
        with explained_loss(self.size):
            distributed.all_gather_object(box, made, group=self.patient)
        return box

    def spread(self, rows: NDArray[Any] | None, source: int) -> NDArray[Any]:
        """An array of one process, in all of them.

        Args:
            rows: The array, in the process that has it.
            source: The rank of that process.
        """
        if self.patient is None:
            return cast("NDArray[Any]", rows)
        with explained_loss(self.size):
            about = [None if rows is None else (rows.shape, rows.dtype.str)]
            distributed.broadcast_object_list(about, src=source, group=self.patient)
            shape, dtype = cast("tuple[tuple[int, ...], str]", about[0])
            array = (
                np.empty(shape, dtype)
                if rows is None or self.rank != source
                else np.require(rows, requirements=["C", "W"])
            )
            if array.nbytes:
                raw = torch.from_numpy(array.reshape(-1).view(np.uint8))
                distributed.broadcast(raw, src=source, group=self.patient)
        return array

    def _at_work(self, make: Callable[[], Made], *, is_urgent: bool) -> Made:
        return Pulse(cast("Any", self.patient), self.size, is_urgent=is_urgent).around(make)

    def _share_failure(self, error: Exception) -> None:
        """Tell the others why there is nothing: the error itself where its words are for users and it can be sent."""
        told = TrainingError(f"The first process failed: {type(error).__name__}: {error}")
        try:
            self._share_from_leader(error if isinstance(error, RegraftError | OSError) else told)
        except Exception:  # noqa: BLE001 - it cannot be written down, and nothing was sent
            with suppress(TrainingError):
                self._share_from_leader(told)

    def _share_from_leader(self, value: Any) -> Any:
        box = [value]
        with explained_loss(self.size):
            distributed.broadcast_object_list(box, src=0, group=self.patient)
        return box[0]

    def any(self, flag: bool) -> bool:  # noqa: FBT001 - a truth value is what it is about
        """Whether it is true in any process."""
        return flag if self.size == 1 else self.add_numbers(float(flag))[0] > 0


def _nothing() -> None:
    """What the others do while process 0 works."""


def join_world(device: str) -> World:
    """The world that `torchrun` set up for this process, or a world of one.

    Args:
        device: "cpu", "cuda" or "mps".

    Raises:
        TrainingError: The processes do not find each other.
    """
    if os.environ.get("WORLD_SIZE", "1") == "1":
        return World(device=torch.device(device))
    place = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if device == "cuda" else torch.device(device)
    if place.type == "cuda":
        torch.cuda.set_device(place)
    try:
        rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        return World(rank, size, place, _meet(rank, size, "nccl" if place.type == "cuda" else "gloo"))
    except (RuntimeError, KeyError, ValueError) as error:  # what torch raises, and where a variable is missing
        given = os.environ.get
        raise TrainingError(
            f"One of the {given('WORLD_SIZE')} processes that are to train together does not find the others at "
            f"{given('MASTER_ADDR', '?')}:{given('MASTER_PORT', '?')} ({str(error).partition(chr(10))[0]}). "
            "See that torchrun starts all of them, that they reach this address, and that its port is used by "
            "nothing else (torchrun --master-port)."
        ) from error


def _meet(rank: int, size: int, backend: str) -> Any:
    """Find the other processes; returns the group in which they tell each other what is small."""
    if not distributed.is_initialized():
        store = PrefixStore(_attempt(), _agents_store(rank, size))
        distributed.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=_PATIENCE)
        atexit.register(_leave)
    # Made before the training: where the processes cannot reach each other so, nothing is lost.
    return distributed.new_group(backend="gloo", timeout=_PATIENCE)


def _agents_store(rank: int, size: int) -> Store:
    """Where the processes of `torchrun` find each other's addresses."""
    store: Store = next(rendezvous("env://", rank, size, timeout=_PATIENCE))[0]
    return store


def _attempt() -> str:
    """A name for this start of the job.

    torchrun keeps its store over a restart: without a name of its own, a process may find the address of one that is
    dead (seen with torch 2.14).
    """
    return f"attempt {os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}"


def _leave() -> None:
    """End the threads that talk to the other processes, while Python still runs.

    Left to the system, they are sometimes cut off in the middle: the process aborts after its work is done, and
    `torchrun` reports a finished job as failed (seen with torch 2.14 and gloo). A wrapped network that waits for the
    garbage collector holds the group, and with it the threads: it goes first.
    """
    if distributed.is_initialized():
        gc.collect()
        distributed.destroy_process_group()
