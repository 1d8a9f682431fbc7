"""Pretrain a small ConvNet on one source of digits, use it on another, and compare with starting from nothing.

    pip install 'regraft[examples]'
    python examples/pretrain_then_transfer/run.py           # three seeds; about 12 minutes on 2 cores
    python examples/pretrain_then_transfer/run.py --quick   # two images a class, one step: whether it runs

LeNet learns from 1,797 digits of Turkish writers, scanned at 8 x 8 pixels (UCI), and is then used for American writers'
(MNIST) with 10, 50 or 250 images of each class: under a linear head (probe), or trained on with the very options with
which another network is trained from nothing. Other people, another pen, a third of the resolution: near enough to
help, far enough to be a transfer; and both come in packages, so that nothing is downloaded.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib.pyplot as plt
import numpy as np

import regraft

sys.path.insert(0, str(Path(__file__).parents[1]))
from digits import split_digits, write_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

ARMS = {"from nothing": "#999999", "probe": "#0072b2", "trained on": "#d55e00"}


@dataclass(frozen=True)
class Effort:
    """How much is trained.

    Attributes:
        sizes: Training images of each class.
        seeds: One experiment for each: of the training images, the weights and the order.
        n_test: Test images of each class, the same for all trainings.
        n_epochs: Of the pretraining.
        n_steps: Of every training on MNIST's digits.
        n_each: Images of each class and source; all for None.
        engine: What computes features.
    """

    sizes: tuple[int, ...] = (10, 50, 250)
    seeds: tuple[int, ...] = (0, 1, 2)
    n_test: int = 200
    n_epochs: int = 30
    n_steps: int = 600
    n_each: int | None = None
    engine: Literal["auto", "torch"] = "auto"


QUICK = Effort(sizes=(2,), seeds=(0,), n_test=2, n_epochs=1, n_steps=1, n_each=4, engine="torch")


def main() -> None:
    """Train everything, print the table, draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two images a class, one step: whether it runs")
    parser.add_argument("--out", type=Path, default=Path("transfer"), help="folder of curves.png and results.json")
    arguments = parser.parse_args()
    effort = QUICK if arguments.quick else Effort()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        results = compare(Path(scratch), effort)
    (arguments.out / "results.json").write_text(json.dumps(results, indent=2))
    draw(results, effort.sizes, arguments.out / "curves.png")
    print("| images a class | " + " | ".join(ARMS) + " |\n|---|" + "---|" * len(ARMS))
    for size in effort.sizes:
        cells = (100 * np.array(results[arm][str(size)]) for arm in ARMS)
        texts = (f"{values.mean():.1f} % ({values.min():.1f} to {values.max():.1f})" for values in cells)
        print(f"| {size} | {' | '.join(texts)} |")


def compare(folder: Path, effort: Effort) -> dict[str, dict[str, list[float]]]:
    """Test accuracies by arm and size, one for each seed; images and runs are written to a folder."""
    mnist, uci = write_digits(folder / "digits", n_each=effort.n_each)
    alike: dict[str, Any] = {"runs": folder / "runs", "engine": effort.engine}
    first: dict[str, Any] = {"augmentation": "crop", "epochs": effort.n_epochs, "name": "learnt"}
    learnt = regraft.pretrain(uci, backbone="lenet", **first, **alike)
    print(f"Pretrained on UCI's digits. {learnt.assessment.sentence}", flush=True)
    results: dict[str, dict[str, list[float]]] = {arm: {str(size): [] for size in effort.sizes} for arm in ARMS}
    for size, seed in product(effort.sizes, effort.seeds):
        new = split_digits(mnist, folder / f"mnist-{size}-{seed}", n_train=size, n_test=effort.n_test, seed=seed)
        how: dict[str, Any] = {"steps": effort.n_steps, "augmentation": "crop", "validation_fraction": 0}
        how |= {"training_seed": seed, **alike}
        known = str(learnt.folder)
        found = {
            "from nothing": regraft.pretrain(new, backbone="lenet", **how).assessment,
            "probe": regraft.probe(new, backbone=known, **alike).assessment,
            "trained on": regraft.pretrain(new, backbone=known, init="pretrained", from_stage="1", **how).assessment,
        }
        for arm, assessment in found.items():
            results[arm][str(size)].append(assessment.accuracy.value)
        accuracies = ", ".join(f"{arm} {assessment.accuracy.value:.4f}" for arm, assessment in found.items())
        print(f"{size} images a class, seed {seed}: {accuracies}", flush=True)
    return results


def draw(results: dict[str, dict[str, list[float]]], sizes: Sequence[int], path: Path) -> None:
    """Accuracy against the number of images, each seed a dot."""
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for arm, colour in ARMS.items():
        values = [100 * np.array(results[arm][str(size)]) for size in sizes]
        axes.plot(sizes, [row.mean() for row in values], color=colour, label=arm)
        for size, row in zip(sizes, values, strict=True):
            axes.plot(np.full(len(row), size), row, "o", color=colour, alpha=0.6, markersize=4)
    axes.set(xscale="log", xticks=sizes, xticklabels=sizes, xlabel="MNIST images of each class")
    axes.set(ylabel="right on 2,000 others, %", title="LeNet, pretrained on other writers' digits or not")
    axes.minorticks_off()
    axes.grid(axis="y", alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
