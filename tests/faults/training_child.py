"""A training that starts in a few seconds: run as a program, under torchrun, or called in a test.

    python training_child.py FOLDER [--pace SECONDS] [--together] [STEP:CALL:MOMENT ...]

A small network on fixed random activations, with everything that has a state: batch norm, dropout, AdamW's moments,
averaged weights, several views, validation. A checkpoint is written after every other step. The last line that it
prints is the digest of what was learnt. `--patience` is how long it waits for a silent process. With `--together` two
of them, of RANK 0 and 1, meet at a file in the folder, where torchrun has a port.
"""

from __future__ import annotations

import argparse
import atexit
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
from torch import distributed

from failpoints import FailPoint
from regraft.core import SilentProgress, digest_bytes
from regraft.finetuning import (
    ActivationFeed,
    CheckpointFolder,
    Journal,
    KeptViews,
    Task,
    Training,
    TrainingOptions,
    create_loss,
    discriminative_groups,
    join_world,
)
from small_network import small_network

N_IMAGES, N_FEATURES, N_CLASSES = 96, 12, 4
OPTIONS = TrainingOptions(epochs=3, batch_size=8, ema=0.9, dropout=0.3)
N_STEPS = 27
SEEN_FILE = "seen-{rank}.txt"


class Noted(ActivationFeed):
    """The feed, which notes the rows that it gives in training."""

    def batches(self, order, batch_size, epoch):
        if epoch is not None:
            with (NOTES / SEEN_FILE.format(rank=os.environ.get("RANK", "0"))).open("a") as file:
                file.write(f"{epoch}: {' '.join(map(str, order.tolist()))}\n")
        return super().batches(order, batch_size, epoch)


class Training(Training):
    """Writes a checkpoint after every other step, and takes its time."""

    pace = 0.0

    def _save_if_cheap(self):
        time.sleep(self.pace)
        if self.marks.step % 2 == 0:
            self.save()


def build(folder: Path) -> Training:
    """The training, from the newest checkpoint on."""
    global NOTES  # noqa: PLW0603 - where the feed above notes
    NOTES = folder
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, N_CLASSES, N_IMAGES)
    views = [rng.normal(labels[:, None], 1.5, (N_IMAGES, N_FEATURES)).astype(np.float16) for _ in range(3)]
    network = small_network(rng, N_FEATURES, 16, N_CLASSES, dropout=OPTIONS.dropout)
    world = join_world("cpu")
    training = Training(
        Task(
            network=network,
            groups=discriminative_groups([("body", list(network.body.named_parameters()))], network.head, OPTIONS),
            feed=Noted(views[0], KeptViews(tuple(views[1:])), (N_FEATURES,), 0),
            labels=labels,
            train=np.arange(72),
            validation=np.arange(72, N_IMAGES),
            loss=create_loss(OPTIONS, N_CLASSES, np.bincount(labels)),
            n_classes=N_CLASSES,
        ),
        OPTIONS,
        seed=3,
        world=world,
        checkpoints=CheckpointFolder(folder / "checkpoints"),
        journal=None if world.rank else Journal(folder),
    )
    restored = training.checkpoints.load_together(world)
    if restored is not None:
        training.restore(restored.tree)
    return training


def learn(folder: Path) -> str:
    """Train to the end; the digest of weights, scores and history."""
    trained = build(folder).run(SilentProgress())
    parts = [tensor.numpy().tobytes() for tensor in trained.state.values()]
    history = [(epoch.train_loss, epoch.validation_loss) for epoch in trained.history]
    return digest_bytes(b"".join(parts) + trained.scores.tobytes() + repr(history).encode())


def meet(folder: Path) -> None:
    """Find the other one."""
    file = (folder / "meeting").as_uri()
    distributed.init_process_group("gloo", init_method=file, rank=int(os.environ["RANK"]), world_size=2)
    atexit.register(distributed.destroy_process_group)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("failpoints", nargs="*")
    parser.add_argument("--pace", type=float, default=0.0)
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--patience", type=float)
    arguments = parser.parse_args()
    Training.pace = arguments.pace
    if arguments.patience is not None:
        sys.modules[join_world.__module__]._PATIENCE = timedelta(seconds=arguments.patience)
    if arguments.together:
        meet(arguments.folder)
    for text in arguments.failpoints:
        FailPoint.parse(text).arm()
    sys.stdout.write(f"{learn(arguments.folder)}\n")
