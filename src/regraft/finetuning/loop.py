"""The training loop: steps, epochs, validation, checkpoints. One loop for pixels and for activations."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from regraft.core import InterruptedRunError, TrainingError, generator, hash_key
from regraft.finetuning.averaging import AveragedNetwork
from regraft.finetuning.inference import network_scores
from regraft.finetuning.mixing import mix_batch
from regraft.finetuning.optimizers import create_optimizer
from regraft.finetuning.schedules import rate_factor
from regraft.finetuning.stopping import StopRequest
from regraft.finetuning.task import Epoch, Trained

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.finetuning.checkpoints import CheckpointFolder
    from regraft.finetuning.devices import World
    from regraft.finetuning.journal import Journal
    from regraft.finetuning.options import TrainingOptions
    from regraft.finetuning.task import Task

    Rows = NDArray[np.int64]

_CHECKPOINT_SHARE = 0.02
"""A checkpoint is written when the last one's cost is less than this part of the time since."""


@dataclass
class _Marks:
    """What a training knows besides its tensors; all of it is in a checkpoint."""

    step: int = 0
    loss_sum: float = 0.0
    n_right: int = 0
    n_seen: int = 0
    epoch_seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    best_epoch: int | None = None
    best_loss: float = float("inf")

    def count(self, loss_sum: float, n_right: int, n_seen: int) -> None:
        """One more step."""
        self.step += 1
        self.loss_sum += loss_sum
        self.n_right += n_right
        self.n_seen += n_seen


class Training:
    """One training, resumable at every step.

    Nothing random depends on what happened before: the order of an epoch, the view of an image and the dropout of a
    step come from the seed and their number. A checkpoint therefore needs no random states, and a training that is
    taken up again does bit for bit what it would have done (Regraft's rule for CPUs; an accelerator's kernels may
    add in another order).

    Args:
        task: What to train.
        options: How.
        seed: Of everything random.
        world: The devices.
        checkpoints: Where to keep states; None for none.
        journal: Where to log; None for nowhere.
        precision: "fp32", or "bf16" for automatic mixed precision.
    """

    def __init__(
        self,
        task: Task,
        options: TrainingOptions,
        *,
        seed: int,
        world: World,
        checkpoints: CheckpointFolder | None = None,
        journal: Journal | None = None,
        precision: str = "fp32",
    ) -> None:
        self.task, self.options, self.seed, self.world = task, options, seed, world
        self.checkpoints, self.journal, self.precision = checkpoints, journal, precision
        self.network = task.network.to(world.device).to(memory_format=torch.channels_last)
        self.optimizer = create_optimizer(task.groups, options)
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.average = None if options.ema is None else AveragedNetwork(self.network, options.ema)
        self.images_a_step = options.batch_size * options.accumulate
        self.steps_an_epoch = -(-len(task.train) // self.images_a_step)
        self.n_steps = options.steps or options.epochs * self.steps_an_epoch
        self.marks = _Marks()
        self.best: dict[str, torch.Tensor] = {}
        self.best_scores: NDArray[np.float32] | None = None
        self._saved_at, self._cost = time.perf_counter(), 0.0

    def run(self, progress: Progress, stop: StopRequest | None = None) -> Trained:
        """Train to the end, from the newest checkpoint on if there is one.

        Raises:
            InterruptedRunError: A stop was asked for; the state is kept.
            TrainingError: The loss is no number any more.
        """
        stop = StopRequest() if stop is None else stop
        progress.start("Training", self.n_steps, unit="steps")
        progress.advance(self.marks.step)
        while self.marks.step < self.n_steps and not self._is_stuck():
            began = time.perf_counter()
            for losses, n_right, n_seen in self._steps_of_epoch():
                self.marks.count(losses, n_right, n_seen)
                progress.advance()
                self._log_step(losses / n_seen)
                if self._is_epoch_over():
                    break
                if self.world.any(bool(stop)):
                    self.marks.epoch_seconds += time.perf_counter() - began
                    self._stop()
                self._save_if_cheap()
            self.marks.epoch_seconds += time.perf_counter() - began
            self._finish_epoch()
            if self.marks.step < self.n_steps and self.world.any(bool(stop)):
                self._stop()
        if not self.best:
            self.best = self._state()
        return Trained(
            self.best, tuple(Epoch(**entry) for entry in self.marks.history), self.marks.best_epoch, self.best_scores
        )

    def order(self, epoch: int) -> Rows:
        """The rows of an epoch in their order: the same for any number of devices and threads."""
        return generator(self.seed, "order", str(epoch)).permutation(self.task.train)

    def _steps_of_epoch(self) -> Iterator[tuple[float, int, int]]:
        """The rest of the current epoch; each item is a step's summed loss, right answers and images."""
        epoch, done = divmod(self.marks.step, self.steps_an_epoch)
        order = self.order(epoch)[done * self.images_a_step :]
        size = self.options.batch_size
        parts = [self.world.share(order[start : start + size]) for start in range(0, len(order), size)]
        inputs = self.task.feed.batches(np.concatenate(parts), -(-size // self.world.size), epoch)
        self.network.train()
        for first in range(0, len(parts), self.options.accumulate):
            batches = parts[first : first + self.options.accumulate]
            n_images = len(order[first * size : (first + len(batches)) * size])
            yield self._step(batches, inputs, n_images)

    def _step(self, batches: Sequence[Rows], inputs: Iterator[torch.Tensor], n_images: int) -> tuple[float, int, int]:
        step, options = self.marks.step, self.options
        factor = rate_factor(step, self.n_steps, self.steps_an_epoch, options)
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor
        torch.manual_seed(int.from_bytes(hash_key(self.seed, "step", str(step), str(self.world.rank))[:7], "little"))
        self.optimizer.zero_grad(set_to_none=True)
        summed, n_right = 0.0, 0
        for place, rows in enumerate(batches):
            if not len(rows):
                continue
            batch = next(inputs).to(self.world.device, non_blocking=True)
            labels = torch.from_numpy(self.task.labels[rows]).to(self.world.device)
            random = generator(self.seed, "mixing", str(step), str(place), str(self.world.rank))
            batch, targets = mix_batch(batch, labels, self.task.n_classes, options, random)
            with torch.autocast(self.world.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
                scores = self.network(batch)
            loss = self.task.loss(scores.float(), targets) * (len(rows) / n_images)
            torch.autograd.backward(loss)
            value = float(loss.detach()) * n_images
            if not np.isfinite(value):
                raise self._explain_nan(step, rows, factor, batch)
            summed += value
            n_right += int((scores.argmax(1) == labels).sum())
        self.world.add_gradients(self.network)
        if options.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), options.clip_norm)
        self.optimizer.step()
        if not self.network.keep_statistics:
            self.world.average_buffers(self.network)
        if self.average is not None:
            self.average.update(self.network, step)
        total, total_right = self.world.add_numbers(summed, n_right)
        return total, int(total_right), n_images

    def _explain_nan(self, step: int, rows: Rows, factor: float, batch: torch.Tensor) -> TrainingError:
        if batch.is_floating_point() and not bool(torch.isfinite(batch).all()):
            cause = "The inputs themselves hold values that are no numbers."
        elif factor * max(self.rates) > 1e-2:
            cause = "The learning rate is the likely cause: use a tenth of it."
        else:
            cause = "Likely causes are the learning rate (use a tenth), a loss of your own, or bf16 (--precision fp32)."
        kept = "" if self.checkpoints is None else " The last good state is kept."
        names = ", ".join(map(self.task.name, rows[:3].tolist())) + (" and others" if len(rows) > 3 else "")
        return TrainingError(
            f"The loss of step {step + 1:,} is no number. The batch was {names}; the head's learning rate was "
            f"{factor * self.rates[0]:.2g}. {cause}{kept}"
        )

    def _finish_epoch(self) -> None:
        marks = self.marks
        number = -(-marks.step // self.steps_an_epoch)
        loss, accuracy, scores = self.validate()
        entry = Epoch(
            number, marks.loss_sum / marks.n_seen, marks.n_right / marks.n_seen, loss, accuracy, marks.epoch_seconds
        )
        marks.history.append(vars(entry))
        if loss is not None and loss < marks.best_loss:
            marks.best_epoch, marks.best_loss, self.best_scores = number, loss, scores
            self.best = self._state()
        marks.loss_sum, marks.n_right, marks.n_seen, marks.epoch_seconds = 0.0, 0, 0, 0.0
        if self.journal is not None:
            self.journal.record(
                "epoch", marks.step, **{name: value for name, value in vars(entry).items() if value is not None}
            )
        self.save()

    def validate(self) -> tuple[float | None, float | None, NDArray[np.float32] | None]:
        """Cross-entropy, accuracy and scores on the validation rows, with the averaged weights where there are some."""
        rows = self.task.validation
        if not len(rows):
            return None, None, None
        scores = self.scores(rows)
        labels = self.task.labels[rows]
        shifted = scores - scores.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(rows)), labels].mean()), float((scores.argmax(1) == labels).mean()), scores

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """Scores (m, k) of images as they are, in evaluation mode."""
        network = self.network if self.average is None else self.average.network
        size = 2 * self.options.batch_size
        return network_scores(
            network, self.task.feed, rows, self.world.device, precision=self.precision, batch_size=size
        )

    def _is_epoch_over(self) -> bool:
        return self.marks.step >= self.n_steps or self.marks.step % self.steps_an_epoch == 0

    def _is_stuck(self) -> bool:
        patience, best = self.options.patience, self.marks.best_epoch
        return patience is not None and best is not None and self.marks.history[-1]["number"] - best >= patience

    def _state(self) -> dict[str, torch.Tensor]:
        network = self.network if self.average is None else self.average.network
        return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}

    def _log_step(self, loss: float) -> None:
        if self.journal is not None:
            self.journal.record("step", self.marks.step, loss=loss, learning_rate=self.optimizer.param_groups[0]["lr"])

    def _save_if_cheap(self) -> None:
        due = self._cost / _CHECKPOINT_SHARE
        if self.checkpoints is not None and self.world.any(time.perf_counter() - self._saved_at > max(due, 10.0)):
            self.save()

    def save(self) -> None:
        """Write a checkpoint now."""
        if self.checkpoints is None or self.world.rank != 0:
            return
        began = time.perf_counter()
        score = None if self.marks.best_epoch is None else -self.marks.best_loss
        self.checkpoints.save(self.marks.step, self.tree(), score=score)
        self._saved_at = time.perf_counter()
        self._cost = self._saved_at - began

    def tree(self) -> dict[str, Any]:
        """All that a checkpoint holds."""
        return {
            "marks": vars(self.marks),
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "best": self.best,
            "best_scores": self.best_scores,
        }

    def restore(self, tree: dict[str, Any]) -> None:
        """Go on from what a checkpoint held."""
        self.marks = _Marks(**tree["marks"])
        self.network.load_state_dict(tree["network"])
        self.optimizer.load_state_dict(tree["optimizer"])
        if self.average is not None:
            self.average.load_state_dict(tree["average"])
        self.best, self.best_scores = tree["best"], tree["best_scores"]
        if self.journal is not None:
            self.journal.rewind(self.marks.step)

    def _stop(self) -> None:
        self.save()
        raise InterruptedRunError(
            f"Stopped after step {self.marks.step:,} of {self.n_steps:,}; the state is kept: run the same command "
            "again to go on."
        )
