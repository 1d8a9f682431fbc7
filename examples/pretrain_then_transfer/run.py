"""Pretrain a small ConvNet on one source of digits, use it on another, and compare with starting from nothing.

    pip install 'regraft[examples]'
    python examples/pretrain_then_transfer/run.py           # about 12 minutes on 2 cores
    python examples/pretrain_then_transfer/run.py --quick   # one seed, 10 and 50 images a class: 2 minutes

TODO
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
N_STEPS = 600
"""Of every training on MNIST's digits: the same for all sizes."""
ARMS = {"from nothing": "#999999", "probe": "#0072b2", "fine-tune": "#d55e00"}


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
        cells = [np.array(results[arm][str(size)]) for arm in ARMS]
        print(
            f"| {size} | "
            + " | ".join(f"{100 * values.mean():.1f} ± {100 * np.ptp(values) / 2:.1f} %" for values in cells)
            + " |"
        )


def compare(folder: Path, sizes: Sequence[int], seeds: Sequence[int]) -> dict[str, dict[str, list[float]]]:
    """Test accuracies by arm and size, one for each seed (of the training images, the weights and the order)."""
    mnist, uci = write_digits(folder / "digits")
    runs = folder / "runs"
    learnt = regraft.pretrain(uci, backbone="lenet", augmentation="crop", epochs=30, runs=runs, name="learnt")
    print(f"pretrained on UCI's digits: {learnt.assessment.sentence}", flush=True)
    results: dict[str, dict[str, list[float]]] = {arm: {str(size): [] for size in sizes} for arm in ARMS}
    for size in sizes:
        for seed in seeds:
            images = split_digits(mnist, folder / f"mnist-{size}-{seed}", n_train=size, n_test=N_TEST, seed=seed)
            how: dict[str, Any] = {
                "steps": N_STEPS,
                "augmentation": "crop",
                "validation_fraction": 0,
                "training_seed": seed,
            }
            found = {
                "from nothing": regraft.pretrain(images, backbone="lenet", runs=runs, **how),
                "probe": regraft.probe(images, backbone=str(learnt.folder), runs=runs),
                "fine-tune": regraft.finetune(images, backbone=str(learnt.folder), from_stage="1", runs=runs, **how),
            }
            for arm, run in found.items():
                results[arm][str(size)].append(run.assessment.accuracy.value)
            print(size, seed, {arm: values[str(size)][-1] for arm, values in results.items()}, flush=True)
    return results


def draw(results: dict[str, dict[str, list[float]]], sizes: Sequence[int], path: Path) -> None:
    """Accuracy against the number of images, each seed a dot."""
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for arm, colour in ARMS.items():
        values = [results[arm][str(size)] for size in sizes]
        axes.plot(sizes, [100 * np.mean(row) for row in values], color=colour, label=arm)
        for size, row in zip(sizes, values, strict=True):
            axes.plot([size] * len(row), 100 * np.array(row), "o", color=colour, alpha=0.6, markersize=4)
    axes.set(xscale="log", xticks=sizes, xticklabels=sizes, xlabel="MNIST images of each class", ylabel="right, %")
    axes.minorticks_off()
    axes.grid(axis="y", alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
