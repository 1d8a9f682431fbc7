"""Pretrain a small ConvNet on one source of digits, use it on another, and compare with starting from nothing.

    pip install 'regraft[examples]'
    python examples/pretrain_then_transfer/run.py           # three seeds; about 12 minutes on 2 cores
    python examples/pretrain_then_transfer/run.py --quick   # one seed, 10 and 50 images a class: 2 minutes

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
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np

import regraft

sys.path.insert(0, str(Path(__file__).parents[1]))
from digits import split_digits, write_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

N_TEST = 200
"""Test images of each class, the same for all trainings."""
ARMS = {"from nothing": "#999999", "probe": "#0072b2", "trained on": "#d55e00"}


def main() -> None:
    """Train everything, print the table, draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one seed, two sizes")
    parser.add_argument("--out", type=Path, default=Path("transfer"), help="folder of curves.png and results.json")
    arguments = parser.parse_args()
    sizes, seeds = ((10, 50), (0,)) if arguments.quick else ((10, 50, 250), (0, 1, 2))
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        results = compare(Path(scratch), sizes, seeds)
    (arguments.out / "results.json").write_text(json.dumps(results, indent=2))
    draw(results, sizes, arguments.out / "curves.png")
    print("| images a class | " + " | ".join(ARMS) + " |\n|---|" + "---|" * len(ARMS))
    for size in sizes:
        cells = (100 * np.array(results[arm][str(size)]) for arm in ARMS)
        texts = (f"{values.mean():.1f} % ({values.min():.1f} to {values.max():.1f})" for values in cells)
        print(f"| {size} | {' | '.join(texts)} |")


def compare(
    folder: Path, sizes: Sequence[int], seeds: Sequence[int], *, n_epochs: int = 30, n_steps: int = 600
) -> dict[str, dict[str, list[float]]]:
    """Test accuracies by arm and size, one for each seed (of the training images, the weights and the order).

    Args:
        folder: For images and runs.
        sizes: Training images of each class.
        seeds: One experiment for each.
        n_epochs: Of the pretraining.
        n_steps: Of every training on MNIST's digits.
    """
    mnist, uci = write_digits(folder / "digits")
    runs = folder / "runs"
    learnt = regraft.pretrain(uci, backbone="lenet", augmentation="crop", epochs=n_epochs, runs=runs, name="learnt")
    print(f"Pretrained on UCI's digits. {learnt.assessment.sentence}", flush=True)
    results: dict[str, dict[str, list[float]]] = {arm: {str(size): [] for size in sizes} for arm in ARMS}
    for size in sizes:
        for seed in seeds:
            new = split_digits(mnist, folder / f"mnist-{size}-{seed}", n_train=size, n_test=N_TEST, seed=seed)
            how: dict[str, Any] = {"steps": n_steps, "augmentation": "crop", "validation_fraction": 0}
            how |= {"training_seed": seed, "runs": runs}
            found = {
                "from nothing": regraft.pretrain(new, backbone="lenet", **how),
                "probe": regraft.probe(new, backbone=str(learnt.folder), runs=runs),
                "trained on": regraft.pretrain(
                    new, backbone=str(learnt.folder), init="pretrained", from_stage="1", **how
                ),
            }
            for arm, run in found.items():
                results[arm][str(size)].append(run.assessment.accuracy.value)
            accuracies = ", ".join(f"{arm} {run.assessment.accuracy.value:.4f}" for arm, run in found.items())
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
