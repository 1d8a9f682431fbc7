"""Whether images of none of the classes look strange, and how many of the known ones are rejected.

    python bench/unknown.py                     # handwritten digits, ELPV, textile, photos; a quarter of an hour
    python bench/unknown.py --signs FOLDER      # and Belgian traffic signs; twenty minutes
    python bench/unknown.py --quick             # drawn signs

FOLDER has one sub-folder for each class and files called POLE_VIEW.ppm; classes with at least five poles are used, and
the images of a pole are held out together. Near: classes are left out (half of the signs, three digits), a third of the
others' objects is held out, ten times; each measure of strangeness, and the distance to the nearest known image as a
yardstick, must tell the one from the other. Far: images of the other data sets. Rejected: of a third of the objects,
twenty times, where 5 % are asked for; each time beside the band where 95 of 100 times all of them should lie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from learnt import data_sets, known_features, learn, photographs
from regraft.core import generator
from regraft.heads import (
    NOVELTY_MEASURES,
    choose_measure,
    fit_detector,
    normalise_rows,
    separability,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from learnt import DataSet, Learnt
    from regraft.heads import NoveltyDetector, NoveltyMeasure

REJECT_RATE = 0.05
N_CLASS_SPLITS = 10
N_SPLITS = 20
N_PHOTOS = 200
N_STRANGE_MAX = 1500
N_LEFT_OUT = {"digits": 3}
"""Classes; half of them elsewhere."""
N_CLASSES_MIN = 4
"""To leave any out."""


def main() -> None:
    """Measure what the arguments ask for."""
    known, is_quick = data_sets(__doc__)
    photos = photographs(10 if is_quick else N_PHOTOS)
    for data in known:
        if len(data.usual_classes()) >= N_CLASSES_MIN:
            leave_classes_out(data, 1 if is_quick else N_CLASS_SPLITS)
    for data in known:
        find_far(data, [other for other in (*known, photos) if other is not data])
    for data in known:
        count_rejected(data, 1 if is_quick else N_SPLITS)


def leave_classes_out(data: DataSet, n_splits: int) -> None:
    """Near strangers: AUROC of each measure for each choice of classes, and what choosing among measures cost."""
    rows = []
    for seed in range(n_splits):
        classes = generator(seed, "left-out classes").permutation(data.usual_classes())
        n_left_out = N_LEFT_OUT.get(data.name, len(classes) // 2)
        strange = some(data.of_classes(classes[:n_left_out]), seed)
        train, test = data.of_classes(classes[n_left_out:]).split(seed)
        learnt = learn(train)
        chosen = choose_measure(learnt.known, "softmax", learnt.selection.found).measure
        found = {name: measure(learnt, name, test, strange) for name in NOVELTY_MEASURES}
        yardstick = max(nearest(train, test, strange, n_neighbours) for n_neighbours in (1, 5))
        best, own = max(yardstick, *found.values()), found[chosen]
        rows.append((*found.values(), yardstick, own - best, own - found["maximum probability"]))
        aurocs = ", ".join(f"{name} {auroc:.4f}" for name, auroc in found.items())
        print(f"{data.name:<14} near {seed}: {aurocs}, nearest {yardstick:.4f}; chosen {chosen}", flush=True)
    table = np.array(rows)
    means, deviations = table.mean(axis=0), table.std(axis=0)
    names = (*NOVELTY_MEASURES, "nearest known image")
    aurocs = ", ".join(
        f"{n} {mean:.4f} ± {spread:.4f}" for n, mean, spread in zip(names, means, deviations, strict=False)
    )
    n_near_best, worst = int((table[:, -2] > -0.01).sum()), float(table[:, -1].min())
    print(
        f"{data.name:<14} near, mean of {n_splits}: {aurocs}; "
        f"chosen within .01 of the best in {n_near_best}, at worst {worst:+.4f} beside maximum probability",
        flush=True,
    )


def measure(learnt: Learnt, name: NoveltyMeasure, test: DataSet, strange: DataSet) -> float:
    """AUROC of a measure."""
    detector, _rejection = fit_detector(learnt.known, name)
    known, others = (detector.novelty(data.features, learnt.scores(data)) for data in (test, strange))
    return separability(known, others)


def nearest(train: DataSet, test: DataSet, strange: DataSet, n_neighbours: int) -> float:
    """AUROC of the distance to the nth nearest of all known images, which no bundle could hold."""
    known = normalise_rows(train.features)
    distances = [
        -np.sort(normalise_rows(data.features) @ known.T, axis=1)[:, -n_neighbours] for data in (test, strange)
    ]
    return separability(*distances)


def find_far(data: DataSet, others: list[DataSet]) -> None:
    """AUROC against each other data set."""
    train, test = data.split(0)
    detector, _rejection = fit_detector(known_features(train))
    known = novelty(detector, test)
    found = {other.name: separability(known, novelty(detector, some(other, 0))) for other in others}
    print(f"{data.name:<14} far: {', '.join(f'{name} {auroc:.4f}' for name, auroc in found.items())}", flush=True)


def count_rejected(data: DataSet, n_splits: int) -> None:
    """How many known images are rejected wrongly, beside the band."""
    rates, bands = [], []
    for seed in range(n_splits):
        train, test = data.split(seed)
        detector, _rejection = fit_detector(known_features(train), reject_rate=REJECT_RATE)
        rates.append(float(detector.is_unknown(novelty(detector, test)).mean()))
        bands.append(detector.threshold.band(test.units, confidence=1 - 0.05 / n_splits))
    n_inside = sum(low <= rate <= high for rate, (low, high) in zip(rates, bands, strict=True))
    low, high = 100 * np.mean(bands, axis=0)
    print(
        f"{data.name:<14} rejected {100 * np.mean(rates):.1f} % ± {100 * np.std(rates):.1f} of known images "
        f"({100 * REJECT_RATE:g} % asked for); {n_inside} of {n_splits} in their bands, on average {low:.1f} to "
        f"{high:.1f} %; learnt from {len(train):,} images worth {detector.threshold.n_effective:,.0f}",
        flush=True,
    )


def novelty(detector: NoveltyDetector, data: DataSet) -> NDArray[np.float64]:
    """By the default measure, which looks at no head's scores."""
    return detector.novelty(data.features, np.zeros((len(data), 1)))


def some(data: DataSet, seed: int) -> DataSet:
    """Not more than are needed."""
    return data.select(np.sort(generator(seed, "strange").permutation(len(data))[:N_STRANGE_MAX]))


if __name__ == "__main__":
    main()
