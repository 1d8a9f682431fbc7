"""The few kinds of pictures and tables on the pages about knobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt
import numpy as np

from regraft.finetuning import read_journal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from regraft.evaluation import Estimate

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#999999")
_DPI = 90


@dataclass(frozen=True)
class Curves:
    """How a training went, epoch by epoch.

    Attributes:
        train: Training losses.
        validation: Losses on the images that judge the epochs.
        train_accuracy: Part of the training images that were right.
    """

    train: tuple[float, ...]
    validation: tuple[float, ...]
    train_accuracy: tuple[float, ...]


def read_curves(folder: Path) -> Curves:
    """From a run's log."""
    epochs = [entry for entry in read_journal(folder) if entry["kind"] == "epoch" and "train_loss" in entry]
    columns = ("train_loss", "validation_loss", "train_accuracy")
    return Curves(*(tuple(entry.get(name, np.nan) for entry in epochs) for name in columns))


def draw_curves(picture: Path, curves: Mapping[str, Curves], **labels: Any) -> None:
    """Training loss on the left, validation loss on the right.

    Args:
        picture: The file to write.
        curves: By the knob's setting.
        **labels: For the axes: title, ylim, yscale.
    """
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True, layout="constrained")
    title = labels.pop("title")
    for axes, name in zip(panels, ("train", "validation"), strict=True):
        for colour, (label, run) in zip(COLOURS, curves.items(), strict=False):
            losses = getattr(run, name)
            axes.plot(range(1, len(losses) + 1), losses, color=colour, label=label)
        axes.set(xlabel="epoch", title={"train": "training loss", "validation": "validation loss"}[name], **labels)
        axes.grid(alpha=0.3)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center", frameon=False)
    figure.suptitle(title)
    _save(figure, picture)


def draw_intervals(picture: Path, panels: Mapping[str, Mapping[str, Estimate]], *, ylabel: str) -> None:
    """For each panel a dot with its 95 % interval for each setting of the knob, in per cent."""
    figure, grid = plt.subplots(1, len(panels), figsize=(4 * len(panels), 3.2), squeeze=False, layout="constrained")
    for axes, (title, estimates) in zip(grid[0], panels.items(), strict=True):
        values = 100 * np.array([(found.low, found.value, found.high) for found in estimates.values()])
        below, above = values[:, 1] - values[:, 0], values[:, 2] - values[:, 1]
        places = np.arange(len(values))
        axes.errorbar(places, values[:, 1], (below, above), fmt="o", color=COLOURS[0], capsize=4)
        axes.set(title=title, xticks=places, xticklabels=estimates, xlim=(-0.5, len(values) - 0.5), ylabel=ylabel)
        axes.grid(axis="y", alpha=0.3)
    _save(figure, picture)


def draw_seeds(
    picture: Path, panels: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]], *, ylabel: str, xlabel: str
) -> None:
    """For each panel and series a line through the means at each setting of the knob, and a dot for each seed.

    Args:
        picture: The file to write.
        panels: Titles to series to settings to the seeds' values, parts of 1.
        ylabel: What is drawn, in per cent.
        xlabel: The knob.
    """
    figure, grid = plt.subplots(1, len(panels), figsize=(4.4 * len(panels), 3.4), squeeze=False, layout="constrained")
    for axes, (title, series) in zip(grid[0], panels.items(), strict=True):
        for colour, (label, settings) in zip(COLOURS, series.items(), strict=False):
            values = [100 * np.array(seeds) for seeds in settings.values()]
            places = range(len(values))
            axes.plot(places, [seeds.mean() for seeds in values], color=colour, label=label)
            for place, seeds in zip(places, values, strict=True):
                axes.plot(np.full(len(seeds), place), seeds, "o", color=colour, markersize=4, alpha=0.6)
            axes.set(xticks=places, xticklabels=settings)
        axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
        axes.grid(axis="y", alpha=0.3)
        axes.legend(frameon=False)
    _save(figure, picture)


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """As Markdown."""
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    print(flush=True)


def percent(found: Estimate) -> str:
    """An accuracy and its 95 % interval."""
    low, high = (100 * (end or 0) for end in (found.low, found.high))
    return f"{100 * found.value:.1f} % ({low:.1f} to {high:.1f})"


def spread(values: Sequence[float]) -> str:
    """The mean of the seeds' accuracies, the least and the greatest."""
    return f"{100 * np.mean(values):.1f} % ({100 * min(values):.1f} to {100 * max(values):.1f})"


def _save(figure: Figure, picture: Path) -> None:
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=_DPI)
    plt.close(figure)
