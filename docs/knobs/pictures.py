"""The pictures of the pages about knobs, each from trainings that are run here and now.

    pip install 'regraft[demo,examples]'
    python docs/knobs/pictures.py learning-rate     # one topic: a table and docs/knobs/pictures/learning-rate.png
    python docs/knobs/pictures.py                   # all of them
    python docs/knobs/pictures.py --quick           # all, from a few tiny trainings; no picture is kept

A topic takes one to three and a half minutes on one core, how-much-data five and a half, batch-norm eight: half an
hour together. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drawing import draw_curves, draw_intervals, draw_seeds, percent, print_table, read_curves, spread
from trainings import SEEDS, Trainings

from regraft.core import CACHE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.evaluation import Assessment, Estimate


PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Draw the wanted topics."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"of {', '.join(TOPICS)}; all if none is named")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder of the pictures")
    parser.add_argument("--quick", action="store_true", help="tiny trainings: whether it runs")
    arguments = parser.parse_args()
    if unknown := set(arguments.topics) - set(TOPICS):
        parser.error(f"There is no topic called {', '.join(sorted(unknown))}: use {', '.join(TOPICS)}.")
    names = arguments.topics or TOPICS
    if arguments.quick:
        with tempfile.TemporaryDirectory() as scratch:
            train = Trainings(Path(scratch), is_quick=True)
            for name in names:
                TOPICS[name](train, Path(scratch) / "pictures" / f"{name}.png")
        return
    for name in names:
        start = time.perf_counter()
        print(f"{name}:", flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            os.environ[CACHE_VARIABLE] = scratch  # every topic takes its whole time, and leaves nothing behind
            TOPICS[name](Trainings(Path(scratch)), arguments.out / f"{name}.png")
        print(f"{name}: {time.perf_counter() - start:.0f} s\n", flush=True)


def learning_rate(train: Trainings, picture: Path) -> None:
    """LeNet from nothing on 600 digits, at four constant rates."""
    data = train.material.digits(60)
    curves, rows = {}, []
    for rate, name in ((1e-5, "too small"), (1e-3, "right"), (0.01, "too large"), (0.1, "far too large")):
        run = train.from_nothing(data, epochs=20, learning_rate=rate, head_learning_rate=rate, schedule="fixed")
        label = f"{rate:g}: {name}"
        curves[label] = found = read_curves(run.folder)
        rows.append((label, f"{found.train[-1]:.2f}", f"{found.validation[-1]:.2f}", percent(run.assessment.accuracy)))
    draw_curves(picture, curves, title="LeNet, 600 digits, AdamW at a constant rate", ylim=(0, 3))
    print_table(("learning rate", "training loss", "validation loss", "right on 1,000 others"), rows)


def augmentation(train: Trainings, picture: Path) -> None:
    """LeNet on arrows that point left or right, and on digits, with and without flips."""
    panels: dict[str, dict[str, Any]] = {}
    sets = {"arrows, left or right": train.material.arrows(), "digits, 20 a class": train.material.digits(20)}
    for title, data in sets.items():
        panels[title] = {
            policy: train.from_nothing(data, augmentation=policy, steps=400, validation_fraction=0).assessment
            for policy in ("none", "crop", "crop-flip")
        }
    accuracies = {title: {name: found.accuracy for name, found in runs.items()} for title, runs in panels.items()}
    draw_intervals(picture, accuracies, ylabel="right on test images, %")
    rows = [(title, *(percent(found) for found in runs.values())) for title, runs in accuracies.items()]
    print_table(("images", "none", "crop", "crop-flip"), rows)


def discriminative_rates(train: Trainings, picture: Path) -> None:
    """LeNet, pretrained on UCI's digits, trained on with 10 of MNIST's a class: how fast early layers learn."""
    learnt = train.learnt_on_uci
    panels: dict[str, dict[str, dict[str, list[float]]]] = {"LeNet from UCI's digits to 100 of MNIST's": {}}
    for rate in (1e-3, 1e-2):
        series = panels["LeNet from UCI's digits to 100 of MNIST's"][f"learning rate {rate:g}"] = {}
        for decay in (1.0, 0.3, 0.05):
            how: dict[str, Any] = {"learning_rate": rate, "head_learning_rate": 1e-3, "layer_decay": decay}
            series[f"{decay:g}"] = train.over_seeds(10, backbone=learnt, **GO_ON, **how)
    draw_seeds(picture, panels, ylabel="right on 1,000 others, %", xlabel="layer decay")
    rows = [
        (label, *(spread(found) for found in series.values()))
        for runs in panels.values()
        for label, series in runs.items()
    ]
    print_table(("", *(f"layer decay {decay}" for decay in ("1", "0.3", "0.05"))), rows)


def freezing_depth(train: Trainings, picture: Path) -> None:
    """EfficientNet-Lite0 on solar cells: the head alone, and the network from later and earlier stages on."""
    data = train.material.cells(n_train=400, n_test=600)
    start = time.perf_counter()
    found = {"head\nonly": train.probe(data).assessment.accuracy}
    rows = [("head only", percent(found["head\nonly"]), f"{time.perf_counter() - start:.0f} s")]
    for stage in ("7", "6", "5"):
        start = time.perf_counter()
        run = train.further(data, from_stage=stage)
        found[f"stage {stage}\non"] = run.assessment.accuracy
        rows.append((f"stage {stage} on", percent(run.assessment.accuracy), f"{time.perf_counter() - start:.0f} s"))
    draw_intervals(picture, {"EfficientNet-Lite0, 400 solar cells": found}, ylabel="right on 600 others, %")
    print_table(("trained", "right on 600 others", "time"), rows)


def dropout_and_weight_decay(train: Trainings, picture: Path) -> None:
    """LeNet from nothing and 100 digits, which it can learn by heart."""
    panels: dict[str, dict[str, dict[str, list[float]]]] = {}
    knobs = {"dropout": (0.0, 0.5, 0.8), "weight_decay": (0.0, 0.1, 1.0)}
    for knob, values in knobs.items():
        found = {}
        for value in values:
            how: dict[str, Any] = {"backbone": "lenet", "weight_decay": 0.0, "steps": 200, "learning_rate": 3e-3}
            found[f"{value:g}"] = train.over_seeds(10, **(how | {knob: value}))
        panels[knob.replace("_", " ")] = {"right on 1,000 others": found}
        print_table((knob, *found), [("right on 1,000 others", *(spread(seeds) for seeds in found.values()))])
    draw_seeds(picture, panels, ylabel="right, %", xlabel="value")


def labels_and_losses(train: Trainings, picture: Path) -> None:
    """Label smoothing where a fifth of the labels is wrong; losses and class weights where one class is rare."""
    wrong = train.material.mislabelled_digits(30, 0.2)
    how: dict[str, Any] = {"validation_fraction": 0, "steps": 400}
    smooth = {
        f"{value:g}": train.from_nothing(wrong, label_smoothing=value, **how).assessment
        for value in (0.0, 0.1, 0.3, 0.5)
    }
    rows = [(name, percent(found.accuracy), found.log_loss, found.calibration_error) for name, found in smooth.items()]
    print_table(("label smoothing", "right on 1,000 others", "log loss", "calibration error"), rows)
    unequal = train.material.unequal_digits({"3": 300, "5": 10, "8": 300})
    kinds = {
        "cross-\nentropy": {},
        "focal": {"loss": "focal"},
        "class\nweights": {"class_weight": "balanced"},
        "focal and\nweights": {"loss": "focal", "class_weight": "balanced"},
    }
    losses = {name: train.from_nothing(unequal, **how, **kind).assessment for name, kind in kinds.items()}
    rare = {name: recall_of("5", found) for name, found in losses.items()}
    cells = [
        (name.replace("-\n", "-").replace("\n", " "), percent(rare[name]), percent(found.accuracy))
        for name, found in losses.items()
    ]
    print_table(("loss", "of the rare fives found", "right on all 300"), cells)
    panels = {
        "a fifth of the labels is wrong: smoothing": {name: found.accuracy for name, found in smooth.items()},
        "10 fives among 600 others: fives found": rare,
    }
    draw_intervals(picture, panels, ylabel="of the test images, %")


def recall_of(name: str, found: Assessment) -> Estimate:
    """Of a class that has test images."""
    recall = next(kind.recall for kind in found.classes if kind.name == name)
    assert recall is not None
    return recall


def batch_norm(train: Trainings, picture: Path) -> None:
    """EfficientNet-Lite0 on 200 solar cells: kept or new statistics, of few and of many images; all steps see 32."""
    data = train.material.cells(n_train=200, n_test=600)
    how: dict[str, Any] = {"from_stage": "6", "steps": 60, "learning_rate": 2e-4, "dropout": 0.0}
    arms: dict[str, dict[str, list[float]]] = {}
    for statistics in ("frozen", "train"):
        arms[statistics] = {}
        for n_images in (2, 8, 32):
            batches = {"batch_size": n_images, "accumulate": 32 // n_images, "batch_norm": statistics}
            runs = (train.further(data, training_seed=seed, **how, **batches) for seed in SEEDS)
            arms[statistics][str(n_images)] = [run.assessment.accuracy.value for run in runs]
    draw_seeds(picture, {"EfficientNet-Lite0, 200 solar cells": arms}, ylabel="right on 600 others, %", xlabel="batch")
    rows = [(size, *(spread(arm[size]) for arm in arms.values())) for size in arms["frozen"]]
    print_table(("images a batch", *arms), rows)


def how_much_data(train: Trainings, picture: Path) -> None:
    """Digits for LeNet from nothing and for a probe of EfficientNet-Lite0; more and more of them."""
    sizes = (5, 20, 80, 320)
    arms: dict[str, dict[str, list[float]]] = {"LeNet from nothing": {}, "probe of EfficientNet-Lite0": {}}
    for size in sizes:
        how: dict[str, Any] = {"augmentation": "crop", "steps": 400}
        arms["LeNet from nothing"][str(size)] = train.over_seeds(size, **how)
        probes = train.probes_over_seeds(size, (0,) if size == sizes[-1] else SEEDS)
        arms["probe of EfficientNet-Lite0"][str(size)] = probes
    draw_seeds(picture, {"MNIST": arms}, ylabel="right on 1,000 others, %", xlabel="training images of each class")
    rows = [(size, *(spread(arm[str(size)]) for arm in arms.values())) for size in sizes]
    print_table(("images a class", *arms), rows)


GO_ON: dict[str, Any] = {"init": "pretrained", "from_stage": "1", "steps": 200}
"""How LeNet is trained on."""
TOPICS: dict[str, Callable[[Trainings, Path], None]] = {
    "learning-rate": learning_rate,
    "discriminative-rates": discriminative_rates,
    "freezing-depth": freezing_depth,
    "dropout-and-weight-decay": dropout_and_weight_decay,
    "labels-and-losses": labels_and_losses,
    "batch-norm": batch_norm,
    "augmentation": augmentation,
    "how-much-data": how_much_data,
}
"""What can be drawn: functions of what trains and of the picture's file."""


if __name__ == "__main__":
    main()
