"""How good `train` is on real data, against the probe, over several seeds, and what it costs.

    python bench/training_accuracy.py                               # ELPV, 75/25, three training seeds; 20 minutes
    python bench/training_accuracy.py --signs FOLDER --seeds 0      # Belgian traffic signs, grouped 5-fold; an hour
    python bench/training_accuracy.py --quick                       # one fold of drawn signs, LeNet

FOLDER has one sub-folder for each class and files called POLE_VIEW.ppm; each fold is held out once, and the images of
a pole are never on both sides. The split of the data is always the same; a seed changes the order of the images, their
views and dropout.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import regraft
from accuracy import grouped_folds
from example_images import GROUPS, draw_signs
from regraft.backbones import DEFAULT_BACKBONE
from rounds import new_parser

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from regraft.recipes.settings import TrainSettings

QUICK: TrainSettings = {"epochs": 1, "n_strengths": 2, "from_stage": "1", "engine": "torch"}
"""Instead of what the arguments say; LeNet has few stages, and to convert it takes longer than to train it."""


def main() -> None:
    """Measure what the arguments ask for."""
    parser = new_parser(__doc__, takes_signs=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rates", type=float, nargs="+", default=[6e-4])
    parser.add_argument("--ladder-folds", type=int, default=2)
    parser.add_argument("--from-stage", default="5")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--backbone", default=DEFAULT_BACKBONE)
    parser.add_argument("--schedule", default="one-cycle")
    parser.add_argument("--layer-decay", type=float, default=1.0)
    arguments = parser.parse_args()
    others = ("quick", "signs", "seeds")
    settings = {name: value for name, value in vars(arguments).items() if name not in others}
    settings |= QUICK if arguments.quick else {}
    print(" ".join(f"{name}={value}" for name, value in settings.items()), flush=True)
    with tempfile.TemporaryDirectory() as work:
        sides, more = sources(arguments, Path(work))
        seeds = [0] if arguments.quick else arguments.seeds
        report([seed_mean(sides, seed, work, settings | more) for seed in seeds])


def sources(arguments: Namespace, work: Path) -> tuple[Mapping[str, str | Path], dict[str, Any]]:
    """What is learnt, by name, and the options that belong to it."""
    if arguments.quick:
        fold, path = next(held_out(draw_signs(work / "signs", n_classes=2), work))
        learnt = regraft.pretrain(path, backbone="lenet", steps=1, engine="torch", runs=work / "learnt")
        settings = {"augmentation": "none", "group_by": GROUPS, "backbone": str(learnt.folder)}
        return {f"drawn signs, fold {fold}": path}, settings
    if arguments.signs is None:
        return {"ELPV, 75/25, seed 0": "elpv"}, {"augmentation": "flips"}
    folds = {f"Belgian signs, fold {fold}": path for fold, path in held_out(arguments.signs, work)}
    return folds, {"augmentation": "crop", "group_by": GROUPS}


def report(means: list[tuple[float, float, float]]) -> None:
    """The mean of the seeds."""
    tuned, probed, minutes = np.array(means).T
    spread = f", standard deviation {tuned.std(ddof=1):.4f}" if len(tuned) > 1 else ""
    print(
        f"mean of {len(tuned)} seeds: train {tuned.mean():.4f}{spread}; probe {probed.mean():.4f}; "
        f"{minutes.mean():.1f} minutes a seed"
    )


def seed_mean(
    sources: Mapping[str, str | Path], seed: int, work: str, settings: dict[str, Any]
) -> tuple[float, float, float]:
    """Mean accuracy of `train` and of the probe over the sources, and the minutes of all trainings."""
    probing = {name: settings[name] for name in ("group_by", "backbone", "n_strengths", "engine") if name in settings}
    rows = []
    for name, source in sources.items():
        runs = tempfile.mkdtemp(dir=work)
        found = regraft.train(source, training_seed=seed, runs=runs, **settings)
        probed = regraft.probe(source, runs=runs, **probing)
        minutes = sum(found.seconds.values()) / 60
        rows.append((found.assessment.accuracy.value, probed.assessment.accuracy.value, minutes))
        print(
            f"{name}, training seed {seed}: train {rows[-1][0]:.4f} ({found.assessment.accuracy.low:.3f} to "
            f"{found.assessment.accuracy.high:.3f}), probe {rows[-1][1]:.4f}, {minutes:.1f} minutes\n"
            f"  {found.verdict} {' '.join(found.notes)}",
            flush=True,
        )
        shutil.rmtree(runs)
    accuracy, probe, minutes = np.array(rows).T
    return float(accuracy.mean()), float(probe.mean()), float(minutes.sum())


def held_out(folder: Path, work: Path) -> Iterator[tuple[int, Path]]:
    """Five copies of a data set, each with another fold as its test side."""
    data, outer = grouped_folds(folder)
    for fold in range(5):
        for row, path in enumerate(data.manifest.paths):
            target = work / f"fold{fold}" / ("test" if outer[row] == fold else "train") / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / path, target)
        yield fold, work / f"fold{fold}"


if __name__ == "__main__":
    main()
