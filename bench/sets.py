"""Whether sets of classes hold the truth as often as they say, and how many classes they name.

    python bench/sets.py                     # handwritten digits, ELPV, textile; five minutes
    python bench/sets.py --signs FOLDER      # and Belgian traffic signs; six minutes
    python bench/sets.py --quick             # drawn signs

FOLDER: see bench/unknown.py. A third of the objects is held out, five times, at 90, 95 and 99 %; each share stands
beside the band where 95 of 100 times those of all runs should lie. Beside the sizes of Regraft's sets, which name the
classes whose probability reaches a threshold, those of sets that add up probabilities: adaptive ones (Romano, Sesia and
Candes 2020) and regularised ones (Angelopoulos et al. 2021), both without chance, so that an image has one set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from learnt import data_sets, learn
from regraft.heads import find_threshold, fit_sets, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from learnt import DataSet, Learnt

COVERAGES = (0.9, 0.95, 0.99)
N_SPLITS = 5
N_FREE, PENALTY = 1, 0.05
"""Of regularised sets: classes beyond the first cost so much each."""


def main() -> None:
    """Measure what the arguments ask for."""
    known, is_quick = data_sets(__doc__)
    n_splits = 1 if is_quick else N_SPLITS
    confidence = 1 - 0.05 / (len(known) * n_splits * len(COVERAGES))
    inside = [report(data, seed, confidence) for data in known for seed in range(n_splits)]
    print(f"{sum(map(sum, inside))} of {sum(map(len, inside))} in their bands", flush=True)


def report(data: DataSet, seed: int, confidence: float) -> list[bool]:
    """One line for each coverage: whether it lies in its band."""
    train, test = data.split(seed)
    learnt = learn(train)
    probabilities, codes = learnt.head.probabilities(learnt.head.scores(test.features)), learnt.codes(test)
    accuracy = float((probabilities.argmax(axis=1) == codes).mean())
    inside = []
    for coverage in COVERAGES:
        sets = fit_sets(learnt.known, coverage=coverage)
        named = sets.sets(probabilities)
        held = float(named[np.arange(len(named)), codes].mean())
        low, high = sets.coverage_band(test.units, confidence=confidence)
        least, most = sets.size_band(test.units)
        inside.append(low <= held <= high)
        adaptive, regularised = (mean_size(learnt, probabilities, coverage, cost) for cost in (0.0, PENALTY))
        print(
            f"{data.name:<14} seed {seed}: accuracy {accuracy:.3f}; {coverage:g} asked for, {held:.3f} held "
            f"({low:.3f} to {high:.3f}), {named.sum(axis=1).mean():.2f} classes ({least:.2f} to {most:.2f}); "
            f"adaptive {adaptive:.2f}, regularised {regularised:.2f}",
            flush=True,
        )
    return inside


def mean_size(learnt: Learnt, probabilities: NDArray[np.float64], coverage: float, cost: float) -> float:
    """Of sets that add up probabilities from the greatest down, each class beyond the first at a cost."""
    known = learnt.known
    own = summed(softmax(known.head_scores), cost)[np.arange(len(known.labels)), known.labels]
    judged = known.is_judged
    threshold = find_threshold(own[judged], known.units[judged], 1 - coverage).value
    return float(np.maximum((summed(probabilities, cost) <= threshold).sum(axis=1), 1).mean())


def summed(probabilities: NDArray[np.float64], cost: float) -> NDArray[np.float64]:
    """(n, k) the probability of each class and of all greater ones, and the cost of its place."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    places = np.arange(probabilities.shape[1])
    totals = np.take_along_axis(probabilities, order, axis=1).cumsum(axis=1) + cost * np.maximum(places + 1 - N_FREE, 0)
    found = np.empty_like(totals)
    np.put_along_axis(found, order, totals, axis=1)
    return found


if __name__ == "__main__":
    main()
