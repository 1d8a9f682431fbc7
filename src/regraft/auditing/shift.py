"""Shift: whether the test images differ from the training images, and in what.

A small classifier tries to tell the two sides apart, by features and by each field of the looks. On sides that were
dealt by chance it cannot; the answers are compared with those for shuffled sides, in which units stay whole. Source:
Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017. The classifier on features is ridge regression
on principal axes: all shuffles are columns of one system of equations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.cells import cells_of_values
from regraft.auditing.checks import N_UNITS_MIN, NotChecked, require
from regraft.auditing.compression import principal_scores
from regraft.auditing.fields import Field, describe_difference, look_fields
from regraft.auditing.findings import Case, make_audit_finding
from regraft.auditing.separation import separate
from regraft.core import generator, listed, plural
from regraft.evaluation import shuffle_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding

_SIGNIFICANCE = 0.005
"""Of the features and of the fields, each."""
_N_SHUFFLES = 200
_N_FOLDS = 5
_N_COMPONENTS_MAX = 128
_RIDGE = 0.1
_TOLD_APART_MIN = 0.6
"""Sides that are told apart less often in 100 pairs than this are alike for all that matters."""
_TOLD_APART_SURELY = 0.75
_N_CASES = 60


def find_shift(images: AuditedImages, *, seed: int = 0) -> tuple[AuditFinding, ...]:
    """Compare the test side with all others: "test", or "val" where there is no test.

    Args:
        images: Images with sides, and looks or features.
        seed: Chooses folds and shuffles.

    Returns:
        One finding, if the sides differ by more than chance, and by more than a little.

    Raises:
        NotChecked: There is no split, or a side has too few images.
    """
    is_test = np.array(images.sides, object) == ("test" if "test" in images.sides else "val")
    is_sided = np.array([side is not None for side in images.sides])
    units = images.units
    if not is_sided.any():
        raise NotChecked("the images have no split")
    for name, is_here in (("test", is_test), ("training", is_sided & ~is_test)):
        require(len(np.unique(units[is_here])), N_UNITS_MIN, f"independent {name} image")
    images, is_test = images.select(is_sided), is_test[is_sided]
    units = np.unique(units[is_sided], return_inverse=True)[1]
    fields = _telling_fields(images, is_test, units, seed)
    scores, area, p_value = _feature_scores(images, is_test, units, seed)
    if p_value > _SIGNIFICANCE or area < _TOLD_APART_MIN:
        scores = None
    if scores is None and not fields:
        return ()
    return (_as_finding(images, is_test, fields, scores, area),)


def _telling_fields(
    images: AuditedImages, is_test: NDArray[np.bool_], units: NDArray[np.int64], seed: int
) -> list[tuple[Field, float]]:
    """The fields that tell the sides apart, and in how many of 1 images (0.5 by chance), the strongest first."""
    names = np.array(images.class_names, object)[images.labels]
    cells = cells_of_values(images.labels, images.n_classes)
    fields = [Field("class", "the class", "picture", cells, names)] if cells.any() else []
    if images.looks is not None:
        fields += look_fields(images.looks, int(units.max()) + 1)
    if not fields:
        return []
    found = separate(fields, is_test.astype(np.int64), units, 2, seed)
    apart = (1 + found.youden[:, 1]) / 2
    told = (found.p_values[:, 1] <= _SIGNIFICANCE) & (apart >= _TOLD_APART_MIN)
    rows = [row for row in np.argsort(-apart, kind="stable").tolist() if told[row]]
    return [(fields[row], float(apart[row])) for row in rows]


def _feature_scores(
    images: AuditedImages, is_test: NDArray[np.bool_], units: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.float32] | None, float, float]:
    """How much each image looks like one of the test, out of fold; the area under the ROC curve, and its p value."""
    if images.features is None:
        return None, 0.5, 1.0
    rng = generator(seed, "shift")
    folds = rng.permutation(int(units.max()) + 1)[units] % _N_FOLDS
    n_components = int(np.clip(len(images) // 20, 2, _N_COMPONENTS_MAX))
    points = principal_scores(images.embedding, n_components, seed)
    points /= np.maximum(points.std(axis=0), 1e-6)
    sides = np.stack([is_test, *(is_test[order] for order in shuffle_units(units, _N_SHUFFLES, rng))], axis=1)
    scores = _held_out_scores(points, sides.astype(np.float32), folds)
    areas = _areas(scores, sides)
    p_value = float((areas[1:] >= areas[0]).sum() + 1) / (_N_SHUFFLES + 1)
    return scores[:, 0], float(areas[0]), p_value


def _held_out_scores(
    points: NDArray[np.float32], targets: NDArray[np.float32], folds: NDArray[np.int64]
) -> NDArray[np.float32]:
    """(n, b) answers of ridge regressions that were fitted without an image's fold, one for each column of targets."""
    scores = np.empty_like(targets)
    for fold in range(_N_FOLDS):
        train, held = points[folds != fold], points[folds == fold]
        middle = train.mean(axis=0)
        centred = train - middle
        products = centred.T @ centred + _RIDGE * len(train) * np.eye(points.shape[1], dtype=np.float32)
        weights = np.linalg.solve(products, centred.T @ targets[folds != fold])
        scores[folds == fold] = (held - middle) @ weights
    return scores


def _areas(scores: NDArray[np.float32], is_test: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(b,) areas under the ROC curve: how often a test image has the larger score of a pair."""
    places = np.arange(len(scores), dtype=np.float64)
    areas = np.empty(scores.shape[1])
    for column in range(scores.shape[1]):
        in_order = is_test[np.argsort(scores[:, column]), column]
        n_test = int(in_order.sum())
        n_pairs = max(1, n_test * (len(scores) - n_test))
        areas[column] = (places[in_order].sum() - n_test * (n_test - 1) / 2) / n_pairs
    return areas


def _as_finding(
    images: AuditedImages,
    is_test: NDArray[np.bool_],
    fields: Sequence[tuple[Field, float]],
    scores: NDArray[np.float32] | None,
    area: float,
) -> AuditFinding:
    ways = [f"{field.words} alone ({100 * apart:.0f} of 100)" for field, apart in fields]
    if scores is not None:
        ways.insert(0, f"what the network sees ({100 * area:.0f} of 100 pairs)")
    message = (
        f"The {plural(int(is_test.sum()), 'test image')} can be told from the {int((~is_test).sum()):,} others by "
        f"{listed(ways, 4)}; chance gives 50."
    )
    strongest = max([apart for _field, apart in fields] + ([area] if scores is not None else []))
    return make_audit_finding(
        "shift",
        "train_test_differ",
        message,
        severity="warning" if strongest >= _TOLD_APART_SURELY else "note",
        certainty="likely",
        cause="The two sides come from different sources, times or places, or were not divided by chance.",
        advice=(
            "If new images will be like the test images, this is the honest measure, and more training images like "
            "them will help most. If not, the accuracy is that of another task: divide all images anew."
        ),
        n=int(is_test.sum()),
        evidence={
            "told_apart_by_chance": 0.5,
            **({} if images.features is None else {"told_apart_by_features": round(area, 4)}),
            **{f"told_apart_by_{field.name}": round(apart, 4) for field, apart in fields},
            "n_test": int(is_test.sum()),
            "n_others": int((~is_test).sum()),
        },
        cases=[] if scores is None else _unlike_training(images, is_test, scores),
        examples=[
            f"{field.words}: {describe_difference(field, is_test, 'the test images', 'the others')}"
            for field, _apart in fields
        ],
    )


def _unlike_training(images: AuditedImages, is_test: NDArray[np.bool_], scores: NDArray[np.float32]) -> list[Case]:
    """The test images that look least like the others."""
    rows = np.flatnonzero(is_test)
    rows = rows[np.argsort(-scores[rows], kind="stable")][:_N_CASES]
    parts = np.searchsorted(np.sort(scores[~is_test]), scores[rows]) / (~is_test).sum()
    return [
        Case(paths=(images.paths[row],), note=f"more like the test than {part:.1%} of the others", score=float(part))
        for row, part in zip(rows.tolist(), parts.tolist(), strict=True)
    ]
