"""The training loop: steps, epochs, validation, checkpoints. One loop for pixels and for activations."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import InterruptedRunError, SilentProgress, TrainingError, generator
from regraft.finetuning.activations import show_distributions
from regraft.finetuning.batches import deal_batches, regrouped
from regraft.finetuning.inference import network_scores
from regraft.finetuning.marks import Marks
from regraft.finetuning.memory import kept_pages
from regraft.finetuning.schedules import rate_factor
from regraft.finetuning.steps import Stepper
from regraft.finetuning.stopping import StopRequest
from regraft.finetuning.task import Epoch, Trained

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch
    from numpy.typing import NDArray

    from regraft.core import Progress, Rows
    from regraft.finetuning.checkpoints import CheckpointFolder
    from regraft.finetuning.devices import World
    from regraft.finetuning.journal import Journal
    from regraft.finetuning.options import TrainingOptions
    from regraft.finetuning.task import Task

_CHECKPOINT_SHARE = 0.02
"""A checkpoint is written when the last one's cost is less than this part of the time since."""


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
        name: Of the training, for the user.
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
        name: str = "Training",
    ) -> None:
        self.name = name
        self.task, self.options, self.seed, self.world = task, options, seed, world
        self.checkpoints, self.journal, self.precision = checkpoints, journal, precision
        self.progress: Progress = SilentProgress()
        self.stepper = Stepper(task, options, seed=seed, world=world, precision=precision, say=self._say)
        self.dealt = deal_batches(
            len(task.train),
            batch_size=options.batch_size,
            accumulate=options.accumulate,
            at_least=self.stepper.at_least,
        )
        self.steps_an_epoch = self.dealt.n_steps
        self.n_steps = options.steps or options.epochs * self.steps_an_epoch
        self.n_epochs = -(-self.n_steps // self.steps_an_epoch)
        self.marks = Marks()
        self.best: dict[str, torch.Tensor] = {}
        self.best_scores: NDArray[np.float32] | None = None
        self._saved_at, self._cost = time.perf_counter(), 0.0

    def run(self, progress: Progress, stop: StopRequest | None = None) -> Trained:
        """Train to the end, from the newest checkpoint on if there is one.

        Raises:
            InterruptedRunError: A stop was asked for; the state is kept.
            TrainingError: The loss is no number any more.
        """
        self.progress = progress
        try:
            with kept_pages():
                self._run(StopRequest() if stop is None else stop)
        finally:
            self.task.feed.close()
        if not self.best:
            self.best = self._state()
        history = tuple(Epoch(**entry) for entry in self.marks.history)
        return Trained(self.best, history, self.marks.best_epoch, self.best_scores, self.n_steps, self.steps_an_epoch)

    def _run(self, stop: StopRequest) -> None:
        self.progress.start(self.name, self._n_images(self.n_steps))
        self.progress.advance(self._n_images(self.marks.step))
        if not self.marks.history:
            self._judge_start()
        while self.marks.step < self.n_steps and not self._is_stuck():
            began = time.perf_counter()
            self._await_inputs(stop)
            for losses, n_right, n_seen in self._steps_of_epoch():
                self.marks.count(losses, n_right, n_seen)
                self._report(losses, n_seen)
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
        if self.marks.step < self.n_steps:
            self._say(f"{self.name} ends here: --patience {self.options.patience} epochs have not been better.")

    def _await_inputs(self, stop: StopRequest) -> None:
        """Until all processes have the inputs of the epoch."""
        while self.world.any(not self.task.feed.is_ready(self.marks.step // self.steps_an_epoch)):
            if self.world.any(bool(stop)):
                self._stop()

    def _n_images(self, n_steps: int) -> int:
        """Images that so many steps see."""
        n_epochs, rest = divmod(n_steps, self.steps_an_epoch)
        return n_epochs * len(self.task.train) + self.dealt.n_before(rest)

    def _say(self, text: str) -> None:
        self.progress.say(text)

    def order(self, epoch: int) -> Rows:
        """The rows of an epoch in their order: the same for any number of devices and threads."""
        return generator(self.seed, "order", str(epoch)).permutation(self.task.train)

    def _steps_of_epoch(self) -> Iterator[tuple[float, int, int]]:
        """The rest of the current epoch; each item is a step's summed loss, right answers and images."""
        epoch, done = divmod(self.marks.step, self.steps_an_epoch)
        order = self.order(epoch)[self.dealt.n_before(done) :]
        sizes = self.dealt.sizes[done * self.options.accumulate :]
        parts = [self._share(batch) for batch in np.split(order, np.cumsum(sizes)[:-1])]
        own_size = max(1, len(self._share(np.arange(self.options.batch_size))))
        fed = self.task.feed.batches(np.concatenate(parts), own_size, epoch)
        inputs = regrouped(fed, (len(part) for part in parts if len(part)))
        self.stepper.network.train()
        for step in range(done, self.steps_an_epoch):
            batches, parts = parts[: self.options.accumulate], parts[self.options.accumulate :]
            n_images = sum(self.dealt.of_step(step))
            factor = rate_factor(self.marks.step, self.n_steps, self.steps_an_epoch, self.options)
            try:
                yield *self.stepper.take(self.marks.step, factor, batches, inputs, n_images), n_images
            except TrainingError as error:
                raise TrainingError(
                    f"{error}{'' if self.checkpoints is None else ' The last good state is kept.'}"
                ) from error

    def _share(self, batch: Rows) -> Rows:
        return self.world.share(batch, at_least=self.stepper.at_least)

    def _judge_start(self) -> None:
        """Epoch 0: the fitted head on the pretrained network. A training never ends with less."""
        began = time.perf_counter()
        loss, accuracy, scores = self.validate()
        if loss is not None:
            self._keep_epoch(Epoch(0, None, None, loss, accuracy, time.perf_counter() - began), scores)

    def _finish_epoch(self) -> None:
        marks = self.marks
        number = -(-marks.step // self.steps_an_epoch)
        loss, accuracy, scores = self.validate()
        train_loss, train_accuracy = marks.loss_sum / marks.n_seen, marks.n_right / marks.n_seen
        entry = Epoch(number, train_loss, train_accuracy, loss, accuracy, marks.epoch_seconds)
        marks.loss_sum, marks.n_right, marks.n_seen, marks.epoch_seconds = 0.0, 0, 0, 0.0
        self._keep_epoch(entry, scores)
        if self.journal is not None and self.options.histograms:
            device = self.world.device
            show_distributions(
                self.journal, self.marks.step, self.stepper.network, self.task, device=device, precision=self.precision
            )
        if self.marks.step >= self.n_steps:
            self.save()
        else:
            self._save_if_cheap()

    def _keep_epoch(self, entry: Epoch, scores: NDArray[np.float32] | None) -> None:
        self.marks.history.append(vars(entry))
        if entry.validation_loss is not None and entry.validation_loss < self.marks.best_loss:
            self.marks.best_epoch, self.marks.best_loss, self.best_scores = entry.number, entry.validation_loss, scores
            self.best = self._state()
        self.progress.mark(entry.number, self.n_epochs, entry.sentence(self.n_epochs, self.marks.best_epoch))
        if self.journal is not None:
            numbers = {name: value for name, value in vars(entry).items() if value is not None}
            self.journal.record("epoch", self.marks.step, **numbers)

    def validate(self) -> tuple[float | None, float | None, NDArray[np.float32] | None]:
        """Cross-entropy, accuracy and scores on the validation rows, with the averaged weights where there are some."""
        rows = self.task.validation
        if not len(rows):
            return None, None, None
        scores = self.scores(rows)
        labels = self.task.labels[rows]
        shifted = scores - scores.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        measured = float(-logs[np.arange(len(rows)), labels].mean()), float((scores.argmax(1) == labels).mean())
        return *self.world.of_leader(measured), scores  # machines that round otherwise shall not part ways

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """Scores (m, k) of images as they are, in evaluation mode."""
        return network_scores(
            self._judged_network,
            self.task.feed,
            rows,
            self.world.device,
            precision=self.precision,
            batch_size=2 * self.stepper.chunk,
        )

    @property
    def _judged_network(self) -> torch.nn.Module:
        average = self.stepper.average
        return self.stepper.network if average is None else average.network

    def _is_epoch_over(self) -> bool:
        return self.marks.step >= self.n_steps or self.marks.step % self.steps_an_epoch == 0

    def _is_stuck(self) -> bool:
        patience, best = self.options.patience, self.marks.best_epoch
        return patience is not None and best is not None and self.marks.history[-1]["number"] - best >= patience

    def _state(self) -> dict[str, torch.Tensor]:
        return {name: tensor.detach().clone() for name, tensor in self._judged_network.state_dict().items()}

    def _report(self, losses: float, n_seen: int) -> None:
        """What a step did: to the bar, and to the journal."""
        marks = self.marks
        self.progress.advance(n_seen)
        self.progress.tell(f"epoch {-(-marks.step // self.steps_an_epoch)}, {marks.so_far}")
        if self.journal is not None:
            rate = self.stepper.optimizer.param_groups[0]["lr"]
            self.journal.record("step", marks.step, loss=losses / n_seen, learning_rate=rate)

    def _save_if_cheap(self) -> None:
        if time.perf_counter() - self._saved_at > max(self._cost / _CHECKPOINT_SHARE, self.options.checkpoint_every):
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
        stepper = self.stepper
        return {
            "marks": vars(self.marks),
            "network": stepper.network.state_dict(),
            "optimizer": stepper.optimizer.state_dict(),
            "average": None if stepper.average is None else stepper.average.state_dict(),
            "chunk": stepper.chunk,
            "best": self.best,
            "best_scores": self.best_scores,
        }

    def restore(self, tree: dict[str, Any]) -> None:
        """Go on from what a checkpoint held."""
        self.marks = Marks(**tree["marks"])
        stepper = self.stepper
        stepper.chunk = tree["chunk"]
        stepper.network.load_state_dict(tree["network"])
        stepper.optimizer.load_state_dict(tree["optimizer"])
        if stepper.average is not None:
            stepper.average.load_state_dict(tree["average"])
        self.best, self.best_scores = tree["best"], tree["best_scores"]
        if self.journal is not None:
            self.journal.rewind(self.marks.step)

    def _stop(self) -> None:
        self.save()
        raise InterruptedRunError(
            f"Stopped after step {self.marks.step:,} of {self.n_steps:,}; the state is kept: run the same command "
            "again to go on."
        )
