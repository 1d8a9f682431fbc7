"""Learning curves: measured on half of the images and carried to all, beside what all of them give.

    python bench/learning_curve.py                     # ELPV, textile, 2,000 of MNIST's digits; five halves each
    python bench/learning_curve.py --signs FOLDER      # and Belgian traffic signs, by pole
    python bench/learning_curve.py --quick             # drawn signs, one half

All images are cross-validated as a half is, with the same search, so that the truth is what the forecast speaks of. A
half is one of two folds, with groups whole. FOLDER: see bench/accuracy.py.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from example_images import GROUPS, draw_signs, write_digits
from groups_found import load
from regraft.auditing import AuditedImages, measure_curve
from regraft.auditing.curve_forecast import forecast
from regraft.core import generator
from regraft.data import cluster_units, group_names, split_folds
from rounds import need, new_parser

N_HALVES = 5
N_DIGITS = 2000


def main() -> None:
    """Measure what the arguments ask for."""
    arguments = new_parser(__doc__, takes_signs=True).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.quick:
            report("drawn signs", grouped(load(draw_signs(Path(folder) / "signs", n_classes=2))), n_halves=1)
            return
        need("mlxtend", install="pip install 'regraft[examples]'")
        report("ELPV", load("elpv"), N_HALVES)
        report("textile", load("textile"), N_HALVES)
        digits, _uci = write_digits(Path(folder))
        images = load(digits)
        report("digits", images.select(generator(0, "digits").permutation(len(images))[:N_DIGITS]), N_HALVES)
        if arguments.signs:
            report("Belgian signs", grouped(load(arguments.signs)), N_HALVES)


def grouped(images: AuditedImages) -> AuditedImages:
    """With the poles of traffic signs as groups."""
    return replace(images, groups=tuple(group_names(images.paths, GROUPS)))


def report(what: str, images: AuditedImages, n_halves: int) -> None:
    """One line for each half: what was forecast from it, and what all images give."""
    units = cluster_units(images.digests, images.groups)
    truth = float(measure_curve(images, n_repeats=2, seed=100).accuracies[-1])
    errors = []
    n_held = 0
    for seed in range(n_halves):
        half = images.select(split_folds(images.labels, units, images.digests, n_folds=2, seed=seed) == 0)
        measured = measure_curve(half, n_repeats=2, seed=seed)
        told = forecast(measured, 2, seed=seed)
        is_held = told.low <= truth <= told.high
        n_held += is_held
        errors.append(100 * (told.accuracy - truth))
        print(
            f"{what:<14} half {seed}: {100 * measured.accuracies[-1]:.1f} %, twice as many {100 * told.accuracy:.1f} % "
            f"({100 * told.low:.1f} to {100 * told.high:.1f}), all of them {100 * truth:.1f} %: {errors[-1]:+.1f}",
            flush=True,
        )
    print(
        f"{what:<14} off by {np.abs(errors).mean():.1f} points in the mean, {np.abs(errors).max():.1f} at most; "
        f"the interval held in {n_held} of {n_halves}",
        flush=True,
    )


if __name__ == "__main__":
    main()
