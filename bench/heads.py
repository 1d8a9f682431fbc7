"""Choosing a head: `HeadSearch` against scikit-learn's `GridSearchCV`, same features, same grid, same folds, one run.

    python bench/heads.py                  # 5,000 x 1,280, 20 classes: about 15 minutes on 2 cores
    python bench/heads.py --case small     # 200 x 1,280, 10 classes
    python bench/heads.py --case large     # 50,000 x 1,280, 100 classes; ours only: the other takes hours
    python bench/heads.py --quick          # 60 x 32, 3 classes

20 strengths x 5 folds. scikit-learn runs with its best `n_jobs`, once; ours is the median of several
rounds. Accuracies are on 5,000 further samples. The features are made like pooled features of a ConvNet: positive,
correlated, with a spectrum that falls off, and classes that overlap.
"""

from __future__ import annotations

import statistics
import time
import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.svm import LinearSVC

from regraft.heads import HeadSearch
from rounds import new_parser

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

N_ROUNDS = 3
STRENGTHS = {"softmax": (1e-1, 1e4), "svm": (1e-2, 1e2)}


@dataclass(frozen=True)
class Case:
    """A size of the problem: samples, features, classes; whether scikit-learn can be waited for, and its processes."""

    n: int
    d: int
    k: int
    with_rival: bool
    n_strengths: int = 20
    n_test: int = 5_000
    n_jobs: int = 2


CASES = {
    "middle": Case(5_000, 1_280, 20, with_rival=True),
    "small": Case(200, 1_280, 10, with_rival=True),
    "large": Case(50_000, 1_280, 100, with_rival=False),
}
QUICK = Case(60, 32, 3, with_rival=True, n_strengths=2, n_test=60, n_jobs=1)


def main() -> None:
    """Measure what the arguments ask for."""
    parser = new_parser(__doc__)
    parser.add_argument("--case", choices=CASES, default="middle")
    parser.add_argument("--head", choices=("softmax", "svm"), help="one head instead of both")
    parser.add_argument("--alone", action="store_true", help="without scikit-learn")
    arguments = parser.parse_args()
    case = QUICK if arguments.quick else CASES[arguments.case]
    X, y = make_features(case.n + case.n_test, case.d, case.k)
    print(f"{case.n:,} x {case.d:,}, {case.k} classes, {case.n_strengths} strengths x 5 folds, float32")
    for head in [arguments.head] if arguments.head else ["softmax", "svm"]:
        compare(head, case, X, y, with_rival=case.with_rival and not arguments.alone)


def compare(head: str, case: Case, X: NDArray[np.float32], y: NDArray[np.int64], *, with_rival: bool) -> None:
    """Time both, and judge both on the samples that neither has seen."""
    train, test = slice(0, case.n), slice(case.n, None)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)

    strengths = np.geomspace(*STRENGTHS[head], case.n_strengths).tolist()
    ours = HeadSearch(head, normalisations=("l2",), strengths=strengths, cv=folds)
    times = []
    for _ in range(N_ROUNDS if 100 < case.n <= 10_000 else 1):
        seconds, found = timed(partial(ours.fit, X[train], y[train]))
        times.append(seconds)
    median, accuracy = statistics.median(times), found.score(X[test], y[test])
    say(head, "regraft HeadSearch", median, accuracy, found.best_C_)
    print(f"         in rounds of {' '.join(f'{seconds:.2f}' for seconds in times)} s")
    if not with_rival:
        return
    model = LogisticRegression() if head == "softmax" else LinearSVC()
    name = type(model).__name__
    rivals = []
    for n_jobs in (
        sorted({1, case.n_jobs}) if head == "softmax" else (case.n_jobs,)
    ):  # liblinear has one thread, so a process a core is its best
        search = rival(model, strengths, folds, n_jobs)
        seconds, grid = timed(partial(search.fit, X[train], y[train]))
        accuracy = grid.score(X[test], y[test])
        chosen = next(iter(grid.best_params_.values()))
        say(head, f"GridSearchCV, n_jobs={n_jobs}", seconds, accuracy, chosen)
        rivals.append(seconds)
    print(f"{head:<8} {min(rivals) / median:.1f} times as fast as GridSearchCV({name})")


def say(head: str, name: str, seconds: float, accuracy: float, strength: float) -> None:
    """One line of results."""
    print(f"{head:<8} {name:<24} {seconds:8.2f} s   accuracy {accuracy:.4f}   C {strength:.3g}", flush=True)


def rival(model: Any, strengths: list[float], folds: StratifiedKFold, n_jobs: int) -> GridSearchCV:
    """scikit-learn's search over the same strengths."""
    name = type(model).__name__.lower()
    return GridSearchCV(make_pipeline(Normalizer(), model), {f"{name}__C": strengths}, cv=folds, n_jobs=n_jobs)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result; warnings about iterations are not shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        began = time.perf_counter()
        result = work()
    return time.perf_counter() - began, result


def make_features(n: int, d: int, k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Features (n, d) float32 and classes (n,); the same ones every time."""
    rng = np.random.default_rng(0)
    n_factors = 200
    spectrum = np.arange(1, n_factors + 1) ** -0.6
    loadings = rng.normal(size=(n_factors, d)) * spectrum[:, None]
    centres = rng.normal(size=(k, n_factors)) * 0.22
    classes = rng.integers(0, k, n)
    factors = centres[classes] + rng.normal(size=(n, n_factors))
    features = factors @ loadings + 0.4 * rng.normal(size=(n, d)) - 0.5
    return np.maximum(features, 0).astype(np.float32), classes.astype(np.int64)


if __name__ == "__main__":
    main()
