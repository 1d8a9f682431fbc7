"""How good the main job is on real data.

    python bench/accuracy.py                               # ELPV, 75/25, seed 0, both heads; half a minute
    python bench/accuracy.py --signs FOLDER                # and Belgian traffic signs, grouped 5-fold; two minutes
    python bench/accuracy.py --quick                       # drawn signs

FOLDER has one sub-folder for each class and files called POLE_VIEW.ppm. Each fold is held out once; inside the others
the head is chosen by cross-validation, as `regraft probe` does. The images of a pole are never on both sides.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

import regraft
from example_images import GROUPS, draw_signs
from regraft.core import SilentProgress
from regraft.data import Reading, cluster_units, read_manifest, split_folds
from regraft.experiments import Stopwatch, choose_head, load_features
from regraft.recipes import ProbeOptions
from regraft.reports import Report
from rounds import new_parser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.auditing import SeriesGap
    from regraft.evaluation import Estimate
    from regraft.experiments import DatasetFeatures

Head = Literal["softmax", "svm"]
HEADS: tuple[Head, ...] = ("softmax", "svm")


def main() -> None:
    """Measure what the arguments ask for."""
    arguments = new_parser(__doc__, takes_signs=True).parse_args()
    if arguments.quick:
        with tempfile.TemporaryDirectory() as folder:
            drawn = draw_signs(Path(folder) / "signs", n_classes=2)
            say("drawn signs, 75/25, seed 0", "softmax", probed(drawn, "softmax"))
            report_folds("drawn signs, 5 folds", drawn, ("softmax",))
        return
    for head in HEADS:
        say("ELPV, 75/25, seed 0", head, probed("elpv", head))
    if (gap := series("elpv")) is not None:
        print(gap.headline)
    if arguments.signs:
        report_folds("Belgian signs, 5 folds", arguments.signs, HEADS)


def probed(source: str | Path, head: Head) -> Estimate:
    """Accuracy of a probe with all other options at their defaults."""
    with tempfile.TemporaryDirectory() as runs:
        return regraft.probe(source, head=head, runs=runs).assessment.accuracy


def series(source: str | Path) -> SeriesGap | None:
    """What a probe says of series that a random split tears apart."""
    with tempfile.TemporaryDirectory() as runs:
        found = regraft.probe(source, runs=runs)
        return Report.model_validate_json((found.folder / "report.json").read_text(encoding="utf-8")).gap


def say(what: str, head: str, found: Estimate) -> None:
    """One line."""
    interval = f"95 % interval {found.low:.3f} to {found.high:.3f}"
    print(f"{what:<26} {head:<8} {found.value:.4f}   {interval}, n = {found.n}", flush=True)


def report_folds(what: str, folder: Path, heads: Sequence[Head]) -> None:
    """One line for each head."""
    data, outer = grouped_folds(folder)
    for head in heads:
        scores = held_out_scores(data, outer, head)
        spread = f"standard deviation {scores.std(ddof=1):.4f}, folds {' '.join(f'{s:.3f}' for s in scores)}"
        print(f"{what:<26} {head:<8} {scores.mean():.4f}   {spread}", flush=True)


def grouped_folds(folder: Path) -> tuple[DatasetFeatures, NDArray[np.int64]]:
    """Features of signs and the fold (n,) that each image is held out in: five, with all views of a sign in one."""
    manifest = read_manifest(folder, Reading(group_by=GROUPS))
    data = load_features(manifest, ProbeOptions(), SilentProgress(), Stopwatch())
    units = cluster_units(data.digests, data.manifest.groups)
    return data, split_folds(data.manifest.labels, units, data.digests, n_folds=5, seed=0)


def held_out_scores(data: DatasetFeatures, outer: NDArray[np.int64], head: Head) -> NDArray[np.float64]:
    """Accuracy (5,) on each of the held-out folds."""
    labels, scores = data.manifest.labels, []
    for fold in range(5):
        train, held = np.flatnonzero(outer != fold), outer == fold
        selection = choose_head(
            data.features[train],
            labels[train],
            digests=[data.digests[row] for row in train],
            groups=[data.manifest.groups[row] for row in train],
            n_penultimate=data.spec.n_features,
            options=ProbeOptions(head=head),
        )
        answers = selection.classes[selection.head.scores(data.features[held]).argmax(axis=1)]
        scores.append(float((answers == labels[held]).mean()))
    return np.array(scores)


if __name__ == "__main__":
    main()
