"""An epoch of fine-tuning against plain PyTorch on the same images, side by side.

    python bench/finetuning.py              # speed, on the images of ELPV
    python bench/finetuning.py --checkpoints    # what checkpoints cost
    python bench/finetuning.py --quick          # one round on a few images: whether it runs

Plain PyTorch is what people write: the whole network in channels_last, bf16 autocast or fp32, the images decoded
already; every method steps over the same batches of the same images, in turns, and the median of the rounds counts.
Regraft's tail begins at activations that were computed once; its loop is the one that `finetune` runs.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, cut_behind, keep_weights, load_network, stage_parameters
from regraft.core import SilentProgress, cache_folder
from regraft.datasets import read_dataset
from regraft.finetuning import (
    ActivationFeed,
    CheckpointFolder,
    GraftedHead,
    GraftedNetwork,
    KeptViews,
    Task,
    Training,
    TrainingOptions,
    World,
    create_loss,
    discriminative_groups,
)
from regraft.heads import LinearHead
from regraft.images import Transform, decode_batches

if TYPE_CHECKING:
    from regraft.backbones import BackboneSpec

N_IMAGES, BATCH, N_ROUNDS, N_CLASSES = 256, 32, 3, 2
N_PLAIN_IMAGES = 96
"""A plain step costs the same for every batch: three of them are timed, and stand for all."""


def main() -> None:
    """Print images a second of each method, and ratios of the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoints", action="store_true", help="what checkpoints cost")
    parser.add_argument("--quick", action="store_true", help="one round on a few images")
    arguments = parser.parse_args()
    n_images, n_plain, n_rounds = (8, 8, 1) if arguments.quick else (N_IMAGES, N_PLAIN_IMAGES, N_ROUNDS)
    precisions = ("fp32",) if arguments.quick else ("fp32", "bf16")
    tails = ((7, "fp32"),) if arguments.quick else ((7, "fp32"), (7, "bf16"), (6, "fp32"), (5, "fp32"))
    spec = BACKBONES[DEFAULT_BACKBONE]
    weights, _digest = keep_weights(spec, cache_folder() / "weights")
    network = load_network(spec, weights)
    manifest = read_dataset("elpv")
    transform = Transform(height=spec.image_size, width=spec.image_size)
    pixels = np.concatenate([batch.pixels for batch in decode_batches(manifest.files()[:n_images], transform)])
    labels = manifest.labels[:n_images].copy()
    planes = ((torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255) - 0.5) / 0.5
    if arguments.checkpoints:
        time_checkpoints(network, spec, planes, labels, n_rounds)
        return
    rates: dict[str, list[float]] = {}
    for _ in range(n_rounds):
        for precision in precisions:
            rate = plain_rate(network, planes[:n_plain], labels, bf16=precision == "bf16")
            rates.setdefault(f"plain {precision}", []).append(rate)
        for stage, precision in tails:
            training = training_of(network, spec, planes, labels, stage, precision=precision)
            rates.setdefault(f"tail from stage {stage}, {precision}", []).append(run_rate(training))
        for precision in precisions:
            training = training_of(network, spec, planes[:n_plain], labels, 1, precision=precision)
            rates.setdefault(f"whole network, {precision}", []).append(run_rate(training))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    best = max(medians[f"plain {precision}"] for precision in precisions)
    for name, value in medians.items():
        print(
            f"{name:<26} {value:7.1f} images/s   {value / best:5.1f} x plain PyTorch's best, "
            f"{value / medians['plain fp32']:5.1f} x its fp32"
        )


def plain_rate(network: nn.Module, planes: torch.Tensor, labels: np.ndarray, *, bf16: bool) -> float:
    """Images a second of a plain training loop, after a first step."""
    import copy

    model = nn.Sequential(copy.deepcopy(network), nn.Linear(1280, N_CLASSES)).to(memory_format=torch.channels_last)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4)
    batches = [
        (planes[start : start + BATCH].contiguous(memory_format=torch.channels_last), start)
        for start in range(0, len(planes), BATCH)
    ]
    targets = torch.from_numpy(labels)

    def step(batch: torch.Tensor, start: int) -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = nn.functional.cross_entropy(model(batch).float(), targets[start : start + BATCH])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    step(*batches[0])
    began = time.perf_counter()
    for batch in batches:
        step(*batch)
    return len(planes) / (time.perf_counter() - began)


def training_of(
    network: nn.Module,
    spec: BackboneSpec,
    planes: torch.Tensor,
    labels: np.ndarray,
    stage: int,
    *,
    precision: str = "fp32",
    epochs: int = 2,
    folder: Path | None = None,
) -> Training:
    """One of Regraft's trainings, ready to run."""
    import copy

    if stage == 1:
        body, inputs = copy.deepcopy(network), planes
    else:
        body, _shape = cut_behind(network, f"stage{stage - 1}", spec)
        inputs = activations(network, stage, planes)
    options = TrainingOptions(epochs=epochs, batch_size=BATCH)
    head = LinearHead(
        "softmax",
        is_row_normalised=True,
        coef=np.random.default_rng(0).normal(size=(N_CLASSES, 1280)).astype(np.float32),
        intercept=np.zeros(N_CLASSES, np.float32),
        temperature=1.0,
        n_inputs=1280,
    )
    grafted = GraftedHead(head, np.ones((1, 1280), np.float32), options.dropout)
    own = dict(body.named_parameters())
    stages = [
        (name, [(each, own[each]) for each, _parameter in parameters if each in own])
        for name, parameters in stage_parameters(network).items()
    ]
    kept = inputs.flatten(1).numpy().astype(np.float16)
    return Training(
        Task(
            network=GraftedNetwork(body, grafted, planes=None, keep_statistics=True),
            groups=discriminative_groups([row for row in stages if row[1]], grafted, options),
            feed=ActivationFeed(kept, KeptViews((kept,)), tuple(inputs.shape[1:]), 0),
            labels=labels,
            train=np.arange(len(inputs)),
            validation=np.arange(0),
            loss=create_loss(options, N_CLASSES, np.bincount(labels)),
            n_classes=N_CLASSES,
        ),
        options,
        seed=0,
        world=World(),
        precision=precision,
        checkpoints=None if folder is None else CheckpointFolder(folder),
    )


_KNOWN: dict[tuple[int, int], torch.Tensor] = {}
"""Activations that were computed before: a round times training only."""


def activations(network: nn.Module, stage: int, planes: torch.Tensor) -> torch.Tensor:
    """What comes out of the stage before `stage`."""
    from regraft.backbones import stage_names

    if (found := _KNOWN.get((stage, len(planes)))) is not None:
        return found
    kept: list[torch.Tensor] = []
    module = network.get_submodule(stage_names(network)[f"stage{stage - 1}"])
    handle = module.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    with torch.no_grad():
        for start in range(0, len(planes), BATCH):
            network(planes[start : start + BATCH])
    handle.remove()
    return _KNOWN.setdefault((stage, len(planes)), torch.cat(kept))


def run_rate(training: Training) -> float:
    """Images a second of a training's last epoch, everything in its loop included; the first one warms up."""
    return len(training.task.train) / training.run(SilentProgress()).history[-1].seconds


def time_checkpoints(
    network: nn.Module, spec: BackboneSpec, planes: torch.Tensor, labels: np.ndarray, n_rounds: int
) -> None:
    """The time of the same training with and without checkpoints, in turns."""
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(n_rounds):
        for name, values in seconds.items():
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder) if name == "with" else None
                training = training_of(network, spec, planes, labels, 5, epochs=4, folder=place)
                began = time.perf_counter()
                training.run(SilentProgress())
                values.append(time.perf_counter() - began)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    share = medians["with"] / medians["without"] - 1
    print(f"with checkpoints {medians['with']:.2f} s, without {medians['without']:.2f} s: {100 * share:+.1f} %")


if __name__ == "__main__":
    main()
