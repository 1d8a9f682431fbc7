"""What dividing by a temperature does for probabilities, and how much of their error is chance.

    python bench/calibration.py                     # handwritten digits, ELPV, textile; eight minutes
    python bench/calibration.py --signs FOLDER      # and Belgian traffic signs; ten minutes
    python bench/calibration.py --quick             # drawn signs

FOLDER: see bench/unknown.py. A third of the objects is held out, five times, for both heads. Log loss out of fold, each
fold with the temperature of the others, and of the images held out; calibration error of these before and after, and
what 95 of 100 errors of right probabilities for the same images would not exceed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

import numpy as np

from learnt import data_sets, learn
from regraft.evaluation import CalibrationNoise, Predictions, simulate_calibration
from regraft.heads import HeadKind, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from learnt import DataSet

N_SPLITS = 5


def main() -> None:
    """Measure what the arguments ask for."""
    known, is_quick = data_sets(__doc__)
    for kind in get_args(HeadKind):
        counted: Counter[str] = Counter()
        for data in known:
            for seed in range(1 if is_quick else N_SPLITS):
                counted.update(report(data, kind, seed))
        found = ", ".join(f"in {counted[name]} {name}" for name in counted if name != "runs")
        print(f"{kind}: of {counted['runs']} runs {found}", flush=True)


def report(data: DataSet, kind: HeadKind, seed: int) -> dict[str, int]:
    """One line, and what is counted."""
    train, test = data.split(seed)
    learnt = learn(train, kind)
    calibration = learnt.selection.found.calibration
    scores, codes = learnt.head.scores(test.features).astype(np.float64), learnt.codes(test)
    raw, used = softmax(scores), softmax(scores / learnt.head.temperature)
    before, after = (noise(test, one, codes) for one in (raw, used))
    losses = [-np.log(one[np.arange(len(codes)), codes]).mean() for one in (raw, used)]
    print(
        f"{data.name:<14} {kind:<7} seed {seed}: temperature {learnt.head.temperature:.3f}; log loss out of fold "
        f"{calibration.log_loss_before:.4f} -> {calibration.log_loss_after:.4f}, held out {losses[0]:.4f} -> "
        f"{losses[1]:.4f}; calibration error {before.error:.4f} -> {after.error:.4f}, chance {after.mean:.4f}, "
        f"at most {after.high:.4f}",
        flush=True,
    )
    return {
        "runs": 1,
        "calibration is used": int(calibration.is_used),
        "the log loss held out is no larger": int(losses[1] <= losses[0]),
        "the calibration error may be chance": int(after.is_chance),
        "that before calibration": int(before.is_chance),
    }


def noise(data: DataSet, probabilities: NDArray[np.float64], codes: NDArray[np.int64]) -> CalibrationNoise:
    """The calibration error beside those of chance."""
    predictions = Predictions(
        paths=tuple(map(str, range(len(data)))),
        labels=codes,
        probabilities=probabilities,
        class_names=tuple(map(str, range(probabilities.shape[1]))),
        groups=tuple(map(str, data.units)),
    )
    return simulate_calibration(predictions)


if __name__ == "__main__":
    main()
