"""Wrong labels: how early the audit finds those that were put in, beside cleanlab on the same probabilities.

    python bench/label_errors.py                     # ELPV's clear cells and MNIST's digits; about four minutes
    python bench/label_errors.py --signs FOLDER      # and Belgian traffic signs, which take another ten
    python bench/label_errors.py --quick             # drawn signs

Twentieths of the labels are changed: at random, to the class that the image resembles most but for its own, or in
series (all views of a sign; runs of 8 files of ELPV; a digit and the 7 that are nearest to it), 3 seeds each. Both
begin with the same heads and folds, which keep groups together (signs by pole, ELPV by 60 neighbouring files); cleanlab
ranks by self-confidence, its default, and by normalised margin. Looks are counted until correcting the labels in the
order given has brought back nine tenths of what the errors cost in out-of-fold accuracy, in the mean of the runs.
`pip install cleanlab` (Apache-2.0) for the comparison. FOLDER: see bench/accuracy.py.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from example_images import GROUPS, draw_signs, write_digits
from regraft.auditing import AuditedImages, find_label_errors, judge_labels
from regraft.core import SilentProgress, generator
from regraft.data import Reading, cluster_units, read_manifest, split_folds
from regraft.datasets import read_dataset
from regraft.experiments import Stopwatch, load_features
from regraft.heads import Candidates, FoldRefits, FoldTable, cross_validate
from regraft.recipes import ProbeOptions
from rounds import need, new_parser

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.data import Manifest

KINDS = ("random", "similar", "series")
LOOKS = (0.025, 0.05, 0.075, 0.1, 0.15, 0.2)
SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Known:
    """Images with labels that are believed, and what lies together: (n,) numbers, equal in a series."""

    name: str
    images: AuditedImages
    series: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranked:
    """What came of one run: average precisions, recall and what the audit expected, numbers of errors, accuracies."""

    ours: float
    cleanlab: float
    margin: float
    recall: float
    own_recall: float
    own_interval: tuple[float, float]
    at_least: int
    about: int
    at_most: int
    n_wrong: int
    looks: NDArray[np.float64]
    regained: NDArray[np.float64]


def main() -> None:
    """Measure what the arguments ask for."""
    arguments = new_parser(__doc__, takes_signs=True).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.quick:
            report(signs("drawn signs", draw_signs(Path(folder) / "signs", n_classes=3)), n_seeds=1)
            return
        need("cleanlab", install="pip install cleanlab")
        doubtful_cells()
        report(clear_cells())
        report(digits(Path(folder)))
    if arguments.signs:
        report(signs("Belgian signs", arguments.signs))


def report(known: Known, n_seeds: int = 3) -> None:
    """A line for each run, their means, and what is said of the labels as they are."""
    print(f"\n{known.name}: {len(known.images):,} images, {known.images.n_classes} classes, {SHARE:.0%} wrong")
    print("            average precision            in the first 5 %        labels wrong")
    print("            ours   cleanlab  its margin  found  own estimate     at least  about  at most  truly")
    right, heads = judged(known.images)
    found = []
    for kind in KINDS:
        for seed in range(n_seeds):
            found.append(run := ranked(known, right, kind, seed))
            print(
                f"{kind:<8}{seed:3} {run.ours:6.3f} {run.cleanlab:9.3f} {run.margin:10.3f} {run.recall:9.2f} "
                f"{run.own_recall:10.2f} {run.at_least:16} {run.about:8} {run.at_most:7} {run.n_wrong:7}",
                flush=True,
            )
    means = [np.mean([getattr(run, name) for run in found]) for name in ("ours", "cleanlab", "margin")]
    worst = min(run.ours - run.cleanlab for run in found)
    gaps = [abs(run.recall - run.own_recall) for run in found]
    print(f"mean        {means[0]:6.3f} {means[1]:9.3f} {means[2]:10.3f}   worst run {worst:+.3f}; ", end="")
    n_inside = sum(run.own_interval[0] <= run.recall <= run.own_interval[1] for run in found)
    print(f"own estimate {np.mean(gaps):.2f} off in the mean, at most {max(gaps):.2f}; ", end="")
    print(f"in {n_inside} of {len(found)} runs its interval holds the true one")
    ours, theirs = np.mean([run.looks for run in found], axis=0)
    print(f"nine tenths of the wrong labels are seen after looks at {ours:.0%} of the images, {theirs:.0%} by cleanlab")
    say_regained(np.mean([run.regained for run in found], axis=0))
    as_it_is = judge_labels(right, heads)
    if as_it_is is not None:
        print("as it is:", *(f"{one.severity}: {one.message}" for one in find_label_errors(right, as_it_is)))


def say_regained(regained: NDArray[np.float64]) -> None:
    """The looks after which nine tenths of the loss are back, of (2, looks + 2) mean accuracies: worst, ..., best."""
    worst, best = regained[0, 0], regained[0, -1]
    needed = []
    for curve in regained[:, 1:-1]:
        is_back = curve >= worst + 0.9 * (best - worst)
        needed.append(f"{LOOKS[int(is_back.argmax())]:.1%}" if is_back.any() else f"more than {LOOKS[-1]:.0%}")
    print(f"errors cost {(best - worst) * 100:.2f} points out of fold; nine tenths of that are back after ", end="")
    print(f"looks at {needed[0]} of the images, {needed[1]} by cleanlab")


def ranked(known: Known, right: AuditedImages, kind: str, seed: int) -> Ranked:
    """One run."""
    labels = changed(known, right, kind, seed)
    is_wrong = labels != right.labels
    images, heads = judged(replace(known.images, labels=labels))
    assert images.probabilities is not None
    found = judge_labels(images, heads, seed=seed)
    assert found is not None
    trial = found.trials.get(kind, found.trials["random"])
    first = np.argsort(-found.said.suspicions)[: round(SHARE * len(labels))]
    theirs = cleanlab_scores(labels, images.probabilities)
    orders = [found.said.suspicions, theirs["self_confidence"]]
    return Ranked(
        ours=average_precision_score(is_wrong, found.said.suspicions),
        cleanlab=average_precision_score(is_wrong, theirs["self_confidence"]),
        margin=average_precision_score(is_wrong, theirs["normalized_margin"]),
        recall=float(is_wrong[first].sum() / is_wrong.sum()),
        own_recall=trial.recall,
        own_interval=trial.recall_interval(found.n_contradicted),
        at_least=found.n_at_least,
        about=found.n_contradicted,
        at_most=found.n_at_most,
        n_wrong=int(is_wrong.sum()),
        looks=np.array([(scores >= np.quantile(scores[is_wrong], 0.1)).mean() for scores in orders]),
        regained=np.stack([regained(known, images, heads, scores) for scores in orders]),
    )


def regained(
    known: Known, images: AuditedImages, heads: FoldRefits, scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(looks + 2,) accuracy out of fold: with the wrong labels, with ever more of them looked at, with all right."""
    truth, order, start = known.images.labels, np.argsort(-scores), heads.fit(images.labels)
    found = [start.probabilities]
    for part in (*LOOKS, 1.0):
        labels, seen = images.labels.copy(), order[: round(part * len(order))]
        labels[seen] = truth[seen]
        found.append(heads.fit(labels, start=start).probabilities)
    return np.array([(one.argmax(axis=1) == truth).mean() for one in found])


def changed(known: Known, right: AuditedImages, kind: str, seed: int) -> NDArray[np.int64]:
    """(n,) the labels with a twentieth of them wrong."""
    labels, n_classes, rng = right.labels.copy(), right.n_classes, generator(seed, "errors", kind)
    n_wanted = round(SHARE * len(labels))
    if kind == "series":
        for number in rng.permutation(np.unique(known.series)):
            if (labels != right.labels).sum() < n_wanted:
                rows = known.series == number
                labels[rows] = (labels[rows] + rng.integers(1, n_classes)) % n_classes
        return labels
    rows = rng.permutation(len(labels))[:n_wanted]
    if kind == "random":
        labels[rows] = (labels[rows] + rng.integers(1, n_classes, n_wanted)) % n_classes
        return labels
    assert right.probabilities is not None
    others = right.probabilities[rows]
    others[np.arange(n_wanted), labels[rows]] = -1
    labels[rows] = others.argmax(axis=1)
    return labels


def judged(images: AuditedImages) -> tuple[AuditedImages, FoldRefits]:
    """With out-of-fold probabilities of a softmax on the penultimate layer, and its heads."""
    assert images.features is not None
    units = cluster_units(images.digests, images.groups)
    fold_of = split_folds(images.labels, units, images.digests, n_folds=5, seed=0)
    candidates = Candidates("softmax", normalisations=("l2",), widths=(images.n_penultimate,), n_strengths=10)
    found = cross_validate(images.features, images.labels, FoldTable.of(fold_of), candidates)
    probabilities = np.zeros((len(images), images.n_classes))
    probabilities[:, found.classes] = found.probabilities
    ready = replace(images, probabilities=probabilities, fold_of=fold_of)
    return ready, FoldRefits.like(found, images.n_classes)


def cleanlab_scores(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """1 - cleanlab's label quality, by its default method and by the other that it has for this; zeros without it."""
    methods = ("self_confidence", "normalized_margin")
    if importlib.util.find_spec("cleanlab") is None:
        return {method: np.zeros(len(labels)) for method in methods}
    rank = importlib.import_module("cleanlab.rank")
    return {method: 1 - rank.get_label_quality_scores(labels, probabilities, method=method) for method in methods}


def doubtful_cells() -> None:
    """ELPV's cells of probability 1/3 and 2/3 against the clear ones, labelled by the threshold 1/2, random folds."""
    images, chances = cells(None)
    images, heads = judged(images)
    assert images.probabilities is not None
    found = judge_labels(images, heads)
    assert found is not None
    is_doubtful = (chances > 0) & (chances < 1)
    theirs = cleanlab_scores(images.labels, images.probabilities)["self_confidence"]
    ours, other = (roc_auc_score(is_doubtful, scores) for scores in (found.said.suspicions, theirs))
    print(f"ELPV, {is_doubtful.sum()} doubtful cells of {len(images):,}: AUROC ours {ours:.3f}, cleanlab {other:.3f}")
    for finding in find_label_errors(images, found):
        print(f"  {finding.severity}: {finding.message}")


def clear_cells() -> Known:
    """ELPV's cells of probability 0 or 1; a series is a run of 8 files."""
    images, chances = cells("order:60")
    is_clear = (chances == 0) | (chances == 1)
    return Known("ELPV's clear cells", images.select(is_clear), (np.arange(len(images)) // 8)[is_clear])


def cells(group_by: str | None) -> tuple[AuditedImages, NDArray[np.float64]]:
    """ELPV's cells and the probability of a defect that experts gave each."""
    found = importlib.util.find_spec("elpv_dataset")
    assert found is not None
    assert found.origin is not None
    table = Path(found.origin).parent / "data" / "labels.csv"
    with table.open(encoding="utf-8", newline="") as file:
        chances = {row[0]: float(row[1]) for row in csv.reader(file, delimiter=" ", skipinitialspace=True) if row}
    images = featured(read_dataset("elpv", Reading(group_by=group_by)))
    return images, np.array([chances[path] for path in images.paths])


def digits(folder: Path) -> Known:
    """MNIST's digits; a series is one of them and the seven that are nearest to it, dealt from the first on."""
    images = featured(read_manifest(write_digits(folder)[0], Reading()))
    similarities = images.embedding @ images.embedding.T
    series = np.full(len(images), -1)
    for row in range(len(images)):
        if series[row] < 0:
            near = np.argsort(-similarities[row])
            alike = near[(images.labels[near] == images.labels[row]) & (series[near] < 0)]
            series[np.append(row, alike[alike != row][:7])] = row
    return Known("MNIST's digits", images, series)


def signs(name: str, folder: Path) -> Known:
    """Signs; a series is all views of one."""
    images = featured(read_manifest(folder, Reading(group_by=GROUPS)))
    return Known(name, images, cluster_units(images.digests, images.groups))


def featured(manifest: Manifest) -> AuditedImages:
    """Images with the default network's features."""
    data = load_features(manifest, ProbeOptions(), SilentProgress(), Stopwatch())
    return AuditedImages(
        paths=tuple(data.manifest.paths),
        labels=data.manifest.labels,
        class_names=data.manifest.class_names,
        digests=data.digests,
        sides=data.manifest.splits,
        groups=data.manifest.groups,
        features=np.asarray(data.features),
        n_penultimate=data.spec.n_features,
    )


if __name__ == "__main__":
    main()
