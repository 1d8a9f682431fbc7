"""How good the main job is on real data.

    python bench/accuracy.py                               # ELPV, 75/25, seed 0, both heads
    python bench/accuracy.py --signs FOLDER                # and Belgian traffic signs, grouped 5-fold

FOLDER has one sub-folder for each class and files called POLE_VIEW.ppm. Each fold is held out once; inside the others
the head is chosen by cross-validation, as `regraft probe` does. The images of a pole are never on both sides.
"""

from __future__ import annotations

import argparse
import tempfile
from typing import TYPE_CHECKING

import numpy as np

import regraft
from regraft.core import SilentProgress
from regraft.data import Reading, cluster_units, read_manifest, split_folds
from regraft.experiments.circumstances import Stopwatch
from regraft.experiments.dataset_features import load_features
from regraft.experiments.head_choice import choose_head
from regraft.recipes import ProbeOptions

if TYPE_CHECKING:
    from regraft.evaluation import Estimate


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signs", help="folder of Belgian traffic signs")
    arguments = parser.parse_args()
    for head in ("softmax", "svm"):
        found = solar_cells(head)
        interval = f"95 % interval {found.low:.3f} to {found.high:.3f}"
        print(f"ELPV, 75/25, seed 0        {head:<8} {found.value:.4f}   {interval}, n = {found.n}", flush=True)
    if arguments.signs:
        for head in ("softmax", "svm"):
            scores = grouped_folds(arguments.signs, head)
            spread = f"standard deviation {scores.std(ddof=1):.4f}, folds {' '.join(f'{s:.3f}' for s in scores)}"
            print(f"Belgian signs, 5 folds     {head:<8} {scores.mean():.4f}   {spread}", flush=True)


def solar_cells(head: str) -> Estimate:
    """Accuracy of a probe of ELPV with all other options at their defaults."""
    with tempfile.TemporaryDirectory() as runs:
        return regraft.probe("elpv", head=head, runs=runs).assessment.accuracy


def grouped_folds(folder: str, head: str) -> np.ndarray:
    """Accuracy on each of five held-out folds."""
    options = ProbeOptions(head=head)
    manifest = read_manifest(folder, Reading(group_by=r"(\d+)/(\d+)_"))
    data = load_features(manifest, options, SilentProgress(), Stopwatch())
    labels = data.manifest.labels
    units = cluster_units(data.digests, data.manifest.groups)
    outer = split_folds(labels, units, data.digests, n_folds=5, seed=0)
    scores = []
    for fold in range(5):
        train = np.flatnonzero(outer != fold)
        selection = choose_head(
            data.features[train],
            labels[train],
            digests=[data.digests[row] for row in train],
            groups=[data.manifest.groups[row] for row in train],
            n_penultimate=data.spec.n_features,
            options=options,
        )
        held = outer == fold
        answers = selection.classes[selection.head.scores(data.features[held]).argmax(axis=1)]
        scores.append(float((answers == labels[held]).mean()))
    return np.array(scores)


if __name__ == "__main__":
    main()
