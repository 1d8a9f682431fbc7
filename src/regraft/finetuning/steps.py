"""One step of a training: forward, backward, update; in parts where memory is short."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np
import torch

from regraft.core import TrainingError, generator, hash_key
from regraft.finetuning.averaging import AveragedNetwork
from regraft.finetuning.depthwise import QuickDepthwise
from regraft.finetuning.mixing import mix_batch
from regraft.finetuning.optimizers import create_optimizer
from regraft.finetuning.transfers import to_device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from regraft.core import Rows
    from regraft.finetuning.devices import World
    from regraft.finetuning.options import TrainingOptions
    from regraft.finetuning.task import Task

_HIGH_RATE = 1e-2
"""A head's learning rate above it is the first suspect when a loss is no number."""


class Stepper:
    """The network, its optimizer, and how one step is made.

    Args:
        task: What to train.
        options: How.
        seed: Of dropout and mixing.
        world: The devices.
        precision: "fp32", or "bf16" for automatic mixed precision.
        say: Called with a sentence when a batch must be taken in parts.

    Attributes:
        chunk: Images that are computed at once: the batch, until memory runs out.
    """

    def __init__(
        self,
        task: Task,
        options: TrainingOptions,
        *,
        seed: int,
        world: World,
        precision: str,
        say: Callable[[str], None],
    ) -> None:
        self.task, self.options, self.seed, self.world, self.precision, self._say = (
            task, options, seed, world, precision, say,
        )  # fmt: skip
        self.network = task.network.to(world.device).to(memory_format=torch.channels_last)
        self.optimizer = create_optimizer(task.groups, options)
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.average = None if options.ema is None else AveragedNetwork(self.network, options.ema)
        if options.compile:
            self.network.compile()  # in place: names in states and checkpoints stay
        self.chunk = options.batch_size
        self._are_inputs_sound = True
        self._parameters = [parameter for parameter in self.network.parameters() if parameter.requires_grad]

    @property
    def at_least(self) -> int:
        """Images that there must be at once: two where batch norm computes statistics."""
        return min(self.network.n_at_least, self.options.batch_size)

    def take(
        self, step: int, factor: float, batches: Sequence[Rows], inputs: Iterator[torch.Tensor], n_images: int
    ) -> tuple[float, int]:
        """One update of the weights.

        Args:
            step: Its number, from 0; with the seed it decides everything random.
            factor: Of all learning rates.
            batches: This process's rows of each accumulated batch.
            inputs: Their inputs.
            n_images: Of the step, over all processes.

        Returns:
            The summed loss and the number of right answers, over all processes.

        Raises:
            TrainingError: The loss is no number; or one image is too large for the memory.
        """
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor
        self.optimizer.zero_grad(set_to_none=True)
        summed, n_right = 0.0, 0
        for place, rows in enumerate(batches):
            if len(rows):
                name = (str(step), str(place), str(self.world.rank))
                loss, n_right_here = self._learn(name, rows, next(inputs), n_images)
                if not np.isfinite(loss):
                    raise self._explain_nan(step, rows, factor)
                summed, n_right = summed + loss, n_right + n_right_here
        self.world.add_gradients(self.network)
        if self.options.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self._parameters, self.options.clip_norm)
        self.optimizer.step()
        if not self.network.keep_statistics:
            self.world.average_buffers(self.network)
        if self.average is not None:
            self.average.update(self.network, step)
        total, total_right = self.world.add_numbers(summed, n_right)
        return total, int(total_right)

    def _learn(self, name: tuple[str, ...], rows: Rows, inputs: torch.Tensor, n_images: int) -> tuple[float, int]:
        """The gradients of a batch, in parts; its summed loss and its right answers."""
        batch = to_device(inputs, self.world.device)
        labels = to_device(torch.from_numpy(self.task.labels[rows]), self.world.device)
        random = generator(self.seed, "mixing", *name)
        batch, targets = mix_batch(batch, labels, self.task.n_classes, self.options, random)
        start, summed, n_right = 0, 0.0, 0
        while start < len(rows):
            part = slice(start, self._end(start, len(rows)))
            torch.manual_seed(int.from_bytes(hash_key(self.seed, "step", *name, str(start))[:7], "little"))
            try:
                loss, scores = self._add_gradients(batch[part], targets[part], n_images)
            except (MemoryError, RuntimeError) as error:
                self._take_less(error)
                continue
            summed += loss
            n_right += int((scores.argmax(1) == labels[part]).sum())
            start = part.stop
        self._are_inputs_sound = not batch.is_floating_point() or np.isfinite(summed) or bool(batch.isfinite().all())
        return summed, n_right

    def _end(self, start: int, n_rows: int) -> int:
        """Where a part of a batch ends: a rest that is too small belongs to it."""
        end = start + self.chunk
        return n_rows if n_rows - end < self.at_least else end

    def _add_gradients(self, batch: torch.Tensor, targets: torch.Tensor, n_images: int) -> tuple[float, torch.Tensor]:
        """Add the gradients of some images to the step's, all or none; their summed loss, and their scores."""
        is_mixed = self.precision == "bf16"
        quick = nullcontext() if self.options.compile else QuickDepthwise()
        with torch.autocast(self.world.device.type, torch.bfloat16, enabled=is_mixed), quick:
            scores = self.network(batch)
        loss = self.task.loss(scores.float(), targets) * (len(batch) / n_images)
        gradients = torch.autograd.grad(loss, self._parameters, allow_unused=True)
        for parameter, gradient in zip(self._parameters, gradients, strict=True):
            if gradient is not None:
                parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
        return float(loss.detach()) * n_images, scores.detach()

    def _take_less(self, error: Exception) -> None:
        """Halve what is computed at once; raises where that is no cure.

        The gradient of a batch is the sum of its parts' gradients, so the training stays the same but for rounding,
        and for the statistics of batch norm where these are trained.
        """
        if not _is_out_of_memory(error):
            raise error
        if self.chunk <= self.at_least:
            raise TrainingError(
                f"There is not enough memory to train on {'a single image' if self.chunk == 1 else 'two images'}. "
                "Train a smaller part (--from-stage), a smaller network, or on smaller images (--image-size)."
            ) from error
        self.chunk = max(-(-self.chunk // 2), self.at_least)
        if self.world.device.type == "cuda":
            torch.cuda.empty_cache()
        own = "" if self.network.keep_statistics else " Batch norm sees smaller batches now (--batch-norm frozen)."
        self._say(
            f"Memory ran out: each batch of {self.options.batch_size} is computed in parts of {self.chunk} from now "
            f"on, and its gradients are added. The training stays the same.{own}"
        )

    def _explain_nan(self, step: int, rows: Rows, factor: float) -> TrainingError:
        if not self._are_inputs_sound:
            cause = "The inputs themselves hold values that are no numbers."
        elif factor * max(self.rates) > _HIGH_RATE:
            cause = "The learning rate is the likely cause: use a tenth of it."
        else:
            cause = "Likely causes are the learning rate (use a tenth), a loss of your own, or bf16 (--precision fp32)."
        names = ", ".join(map(self.task.name, rows[:3].tolist())) + (" and others" if len(rows) > 3 else "")
        return TrainingError(
            f"The loss of step {step + 1:,} is no number. The batch was {names}; the head's learning rate was "
            f"{factor * self.rates[0]:.2g}. {cause}"
        )


def _is_out_of_memory(error: Exception) -> bool:
    """Torch has a class for accelerators; its CPU allocator raises a plain RuntimeError."""
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate memory" in str(error)
