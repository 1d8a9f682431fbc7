"""An epoch of fine-tuning against plain PyTorch on the same images, side by side.

    python bench/finetuning.py                  # speed, on the images of ELPV; about 5 minutes on 2 cores
    python bench/finetuning.py --checkpoints    # what checkpoints cost; about 2 minutes
    python bench/finetuning.py --quick          # two images, the last stage, and checkpoints

Plain PyTorch is what people write: the whole network in channels_last, bf16 autocast or fp32, the images decoded
already; every method steps over the same batches of the same images, in turns, and the median of the rounds counts.
Regraft's tail begins at activations that were computed once; its loop is the one that `finetune` runs.
"""

from __future__ import annotations

import copy
import tempfile
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

try:
    import torch
    from torch import nn
except ImportError:
    raise SystemExit("This needs the extra torch: pip install 'regraft[torch]'") from None

from own_training import N_CLASSES, own_training
from regraft.backbones import (
    BACKBONES,
    DEFAULT_BACKBONE,
    cut_behind,
    keep_weights,
    load_network,
    stage_names,
    stage_parameters,
)
from regraft.core import SilentProgress, cache_folder
from regraft.datasets import read_dataset
from regraft.finetuning import ActivationFeed, CheckpointFolder, KeptViews, TrainingOptions, World
from regraft.images import Transform, decode_batches
from rounds import in_turn, medians, need, new_parser, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regraft.finetuning import Training

N_IMAGES, BATCH, N_ROUNDS = 256, 32, 3
SPEC = BACKBONES[DEFAULT_BACKBONE]
N_PLAIN_IMAGES = 96
"""A plain step costs the same for every batch: three of them are timed, and stand for all."""


@dataclass(frozen=True, eq=False)
class Material:
    """What is learnt from.

    Attributes:
        network: Pretrained; nothing changes it.
        planes: (n, 3, height, width) float32, -1 to 1.
        labels: (n,) int64.
    """

    network: nn.Module
    planes: torch.Tensor
    labels: NDArray[np.int64]

    def first(self, n: int) -> Material:
        """The same with fewer images."""
        return Material(self.network, self.planes[:n], self.labels[:n])

    @cache  # noqa: B019 - as long as the script: a round times training only
    def activations(self, stage: int) -> torch.Tensor:
        """What comes into a stage, (n, *shape)."""
        if stage == 1:
            return self.planes
        kept: list[torch.Tensor] = []
        module = self.network.get_submodule(stage_names(self.network)[f"stage{stage - 1}"])
        handle = module.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
        with torch.no_grad():
            for planes in torch.split(self.planes, BATCH):
                self.network(planes)
        handle.remove()
        return torch.cat(kept)


def main() -> None:
    """Print images a second of each method, and ratios of the medians."""
    parser = new_parser(__doc__)
    parser.add_argument("--checkpoints", action="store_true", help="what checkpoints cost")
    arguments = parser.parse_args()
    need("elpv_dataset", install="pip install 'regraft[demo]'")
    n_images, n_rounds = (2, 1) if arguments.quick else (N_IMAGES, N_ROUNDS)
    material = load_material(n_images)
    if not arguments.checkpoints:
        report(medians(in_turn(methods(material, is_quick=arguments.quick), n_rounds, unit="images/s")))
    if arguments.checkpoints or arguments.quick:
        time_checkpoints(material, n_rounds)


def load_material(n_images: int) -> Material:
    """The default network, and the first solar cells."""
    weights, _digest = keep_weights(SPEC, cache_folder() / "weights")
    manifest = read_dataset("elpv")
    transform = Transform(height=SPEC.image_size, width=SPEC.image_size)
    pixels = np.concatenate([batch.pixels for batch in decode_batches(manifest.files()[:n_images], transform)])
    planes = ((torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255) - 0.5) / 0.5
    return Material(load_network(SPEC, weights), planes, manifest.labels[:n_images].copy())


def methods(material: Material, *, is_quick: bool) -> dict[str, Callable[[], float]]:
    """All that are compared, by name."""
    precisions = ("fp32",) if is_quick else ("fp32", "bf16")
    tails = ((7, "fp32"),) if is_quick else ((7, "fp32"), (7, "bf16"), (6, "fp32"), (5, "fp32"))
    few = material.first(N_PLAIN_IMAGES)
    return {
        **{f"plain {precision}": partial(plain_rate, few, bf16=precision == "bf16") for precision in precisions},
        **{f"tail from stage {stage}, {precision}": partial(tail_rate, material, stage, precision)
           for stage, precision in tails},
        **{f"whole network, {precision}": partial(tail_rate, few, 1, precision) for precision in precisions},
    }  # fmt: skip


def report(found: dict[str, float]) -> None:
    """Each beside plain PyTorch."""
    best = max(value for name, value in found.items() if name.startswith("plain"))
    for name, value in found.items():
        print(
            f"{name:<26} {value:7.1f} images/s   {value / best:5.1f} x plain PyTorch's best, "
            f"{value / found['plain fp32']:5.1f} x its fp32"
        )


def plain_rate(material: Material, *, bf16: bool) -> float:
    """Images a second of a plain training loop, after a first step."""
    model = nn.Sequential(copy.deepcopy(material.network), nn.Linear(SPEC.n_features, N_CLASSES))
    model = model.to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4)
    planes = material.planes.contiguous(memory_format=torch.channels_last)
    targets = torch.from_numpy(material.labels)
    batches = list(zip(torch.split(planes, BATCH), torch.split(targets, BATCH), strict=True))

    def step(batch: torch.Tensor, wanted: torch.Tensor) -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = nn.functional.cross_entropy(model(batch).float(), wanted)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    step(*batches[0])

    def epoch() -> None:
        for batch in batches:
            step(*batch)

    return len(planes) / seconds_of(epoch)


def tail_rate(material: Material, stage: int, precision: str) -> float:
    """Images a second of a training's last epoch, everything in its loop included; the first one warms up."""
    training = training_of(material, stage, precision=precision)
    return len(material.labels) / training.run(SilentProgress()).history[-1].seconds


def training_of(
    material: Material, stage: int, *, precision: str = "fp32", epochs: int = 2, folder: Path | None = None
) -> Training:
    """One of Regraft's trainings, ready to run."""
    network = material.network
    body = copy.deepcopy(network) if stage == 1 else cut_behind(network, f"stage{stage - 1}", SPEC)[0]
    own = dict(body.named_parameters())
    stages = [
        (name, [(each, own[each]) for each, _parameter in parameters if each in own])
        for name, parameters in stage_parameters(network).items()
    ]
    inputs = material.activations(stage)
    kept = inputs.flatten(1).numpy().astype(np.float16)
    feed = ActivationFeed(kept, KeptViews((kept,)), tuple(inputs.shape[1:]), 0)
    return own_training(
        body,
        SPEC,
        feed,
        material.labels,
        TrainingOptions(epochs=epochs, batch_size=BATCH),
        stages=[row for row in stages if row[1]],
        world=World(),
        precision=precision,
        checkpoints=None if folder is None else CheckpointFolder(folder),
    )


def time_checkpoints(material: Material, n_rounds: int) -> None:
    """The time of the same training with and without checkpoints, in turns."""

    def seconds(*, kept: bool) -> float:
        with tempfile.TemporaryDirectory() as folder:
            training = training_of(material, 5, epochs=4, folder=Path(folder) if kept else None)
            return seconds_of(lambda: training.run(SilentProgress()))

    found = medians(in_turn({"without": partial(seconds, kept=False), "with": partial(seconds, kept=True)}, n_rounds))
    share = found["with"] / found["without"] - 1
    print(f"with checkpoints {found['with']:.2f} s, without {found['without']:.2f} s: {100 * share:+.1f} %")


if __name__ == "__main__":
    main()
