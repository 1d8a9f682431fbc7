"""How good `train` is on real data, against the probe, over several seeds, and what it costs.

    python bench/training_accuracy.py                               # ELPV, 75/25, seed 0, three training seeds
    python bench/training_accuracy.py --signs FOLDER --seeds 0      # Belgian traffic signs, grouped 5-fold

FOLDER has one sub-folder for each class and files called POLE_VIEW.ppm; each fold is held out once, and the images of
a pole are never on both sides. The split of the data is always the same; a seed changes the order of the images, their
views and dropout.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import regraft
from regraft.backbones import DEFAULT_BACKBONE
from regraft.core import SilentProgress
from regraft.data import Reading, cluster_units, read_manifest, split_folds
from regraft.experiments.circumstances import Stopwatch
from regraft.experiments.dataset_features import load_features
from regraft.recipes import ProbeOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

POLES = r"(\d+)/(\d+)_"


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signs", type=Path, help="folder of Belgian traffic signs, instead of ELPV")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rates", type=float, nargs="+", default=[6e-4])
    parser.add_argument("--folds", type=int, default=2, help="of the ladder")
    parser.add_argument("--from-stage", default="5")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--backbone", default=DEFAULT_BACKBONE)
    parser.add_argument("--schedule", default="one-cycle")
    parser.add_argument("--layer-decay", type=float, default=1.0)
    arguments = parser.parse_args()
    settings = {
        "rates": tuple(arguments.rates),
        "ladder_folds": arguments.folds,
        "from_stage": arguments.from_stage,
        "epochs": arguments.epochs,
        "backbone": arguments.backbone,
        "schedule": arguments.schedule,
        "layer_decay": arguments.layer_decay,
    }
    print(" ".join(f"{name}={value}" for name, value in settings.items()), flush=True)
    with tempfile.TemporaryDirectory() as work:
        if arguments.signs is None:
            sides = {"ELPV, 75/25, seed 0": "elpv"}
            settings |= {"augmentation": "flips"}
        else:
            sides = {f"Belgian signs, fold {fold}": path for fold, path in held_out(arguments.signs, Path(work))}
            settings |= {"augmentation": "crop", "group_by": POLES}
        means = [seed_mean(sides, seed, work, settings) for seed in arguments.seeds]
    tuned, probed, minutes = np.array(means).T
    spread = f", standard deviation {tuned.std(ddof=1):.4f}" if len(tuned) > 1 else ""
    print(
        f"mean of {len(tuned)} seeds: train {tuned.mean():.4f}{spread}; probe {probed.mean():.4f}; "
        f"{minutes.mean():.1f} minutes a seed"
    )


def seed_mean(sources: dict[str, Any], seed: int, work: str, settings: dict[str, Any]) -> tuple[float, float, float]:
    """Mean accuracy of `train` and of the probe over the sources, and the minutes of all trainings."""
    rows = []
    for name, source in sources.items():
        runs = tempfile.mkdtemp(dir=work)
        found = regraft.train(source, training_seed=seed, runs=runs, **settings)
        probed = regraft.probe(source, runs=runs, group_by=settings.get("group_by"), backbone=settings["backbone"])
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
    manifest = read_manifest(folder, Reading(group_by=POLES))
    data = load_features(manifest, ProbeOptions(), SilentProgress(), Stopwatch())
    units = cluster_units(data.digests, data.manifest.groups)
    outer = split_folds(data.manifest.labels, units, data.digests, n_folds=5, seed=0)
    for fold in range(5):
        for row, path in enumerate(data.manifest.paths):
            target = work / f"fold{fold}" / ("test" if outer[row] == fold else "train") / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / path, target)
        yield fold, work / f"fold{fold}"


if __name__ == "__main__":
    main()
