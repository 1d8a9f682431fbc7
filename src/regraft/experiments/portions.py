"""Which images of a data set are learnt from, which judge what was learnt, and which are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, as_typed, plural
from regraft.data import Finding, assign_splits, has_own_validation, make_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.core import Rows
    from regraft.data import Manifest
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.probe_options import ExperimentOptions

_N_FEW = 20
"""Fewer validation images than this tell two epochs apart by chance."""


@dataclass(frozen=True, eq=False)
class Sides:
    """Rows to train on, and rows that judge the epochs (there may be none)."""

    train: Rows
    validation: Rows


@dataclass(frozen=True, eq=False)
class Portions:
    """The rows of a data set by what they are for.

    Attributes:
        train: To learn from; without validation images of the user's, a part of them judges, too.
        judges: The user's own validation images; there may be none.
        test: Looked at once, at the end.
    """

    train: Rows
    judges: Rows
    test: Rows

    @property
    def seen(self) -> Rows:
        """All that a training may look at, in the data set's order."""
        return np.sort(np.concatenate([self.train, self.judges]))

    @property
    def own(self) -> Sides | None:
        """Training images and the user's validation images; None where there are none."""
        return Sides(self.train, self.judges) if len(self.judges) else None


def portion_out(data: DatasetFeatures, options: ExperimentOptions) -> tuple[DatasetFeatures, Portions]:
    """Divide a data set for a training: the user's own splits where there are some.

    Images that the user calls validation images judge, and are not trained on. Where these are there and no test
    images, the test is held out of the training images, as where there are no splits: what judged cannot measure.

    Args:
        data: The data set.
        options: `test_fraction`, `seed`, and what says which images judge where the user does not.

    Returns:
        The data set with what is to be said about this as remarks, and its portions.

    Raises:
        DataError: A side would be empty.
    """
    train, judges, test = _sides(data, options.test_fraction, options.seed, is_val_kept=True)
    portions = Portions(train, judges, test)
    return data.remarked(*_remarks(data.manifest, portions, options)), portions


def _remarks(manifest: Manifest, portions: Portions, options: ExperimentOptions) -> Iterator[Finding]:
    n_judges, n_test = len(portions.judges), len(portions.test)
    if not n_judges:
        yield from _without_judges(manifest)
        return
    idle = [name for name in type(options).with_fact("judges") if name in options.model_fields_set]
    no_effect = "".join(f" {as_typed(name)} has no effect." for name in idle)
    yield make_finding(
        "own_validation",
        "note",
        f"Your own {plural(n_judges, 'validation image')} judge{'s' if n_judges == 1 else ''} "
        f"{options.JUDGED}; none of them is trained on, not at the end either.{no_effect}",
        n_judges,
    )
    if "test" not in manifest.splits:
        yield make_finding(
            "test_from_train",
            "note",
            f"There are no test images: {plural(n_test, 'training image')} {'is' if n_test == 1 else 'are'} held out "
            "for the test (--test-fraction), for what judges cannot measure. With test images of your own all training "
            "images are trained on.",
            n_test,
        )
    if n_judges < _N_FEW:
        message = f"With {plural(n_judges, 'validation image')} chance decides what is judged the best."
        yield make_finding("few_validation", "warning", message, n_judges)


def _without_judges(manifest: Manifest) -> Iterator[Finding]:
    """`val` beside `test`, and nothing called `train`: then `val` is what there is to train on."""
    if n := manifest.splits.count("val"):
        message = (
            f"There are no training images: {plural(n, 'validation image')} {'is' if n == 1 else 'are'} trained on."
        )
        yield make_finding("validation_trained_on", "warning", message, n)


def portion_for_probe(data: DatasetFeatures, test_fraction: float, seed: int) -> tuple[DatasetFeatures, Portions]:
    """Divide a data set for a probe, whose settings cross-validation chooses: validation images are trained on, too.

    Every image then helps to choose and to fit, which a single split cannot do; and it is said. Without test images the
    validation images are the test: a probe has no other use for them.

    Returns:
        The data set with what is to be said about this as remarks, and its portions (without judges).

    Raises:
        DataError: A side would be empty.
    """
    train, _, test = _sides(data, test_fraction, seed)
    portions = Portions(train, train[:0], test)
    if not has_own_validation(data.manifest):
        return data.remarked(*_without_judges(data.manifest)), portions
    n = data.manifest.splits.count("val")
    if "test" in data.manifest.splits:
        message = (
            f"{plural(n, 'validation image')} {'is' if n == 1 else 'are'} trained on, too: cross-validation over all "
            "of these images chooses the head's settings. (finetune and train judge by the validation images.)"
        )
        return data.remarked(make_finding("validation_joined", "note", message, n)), portions
    message = f"There are no test images: {plural(n, 'validation image')} {'is' if n == 1 else 'are'} the test."
    return data.remarked(make_finding("validation_is_test", "note", message, n)), portions


def _sides(
    data: DatasetFeatures, test_fraction: float, seed: int, *, is_val_kept: bool = False
) -> tuple[Rows, Rows, Rows]:
    """Rows to train on, to judge by and to test on: the data set's own split, or a deterministic one.

    Raises:
        DataError: There would be nothing to train or to test on.
    """
    sides = np.array(
        assign_splits(data.manifest, data.digests, test_fraction=test_fraction, seed=seed, is_val_kept=is_val_kept)
    )
    train, judges, test = (np.flatnonzero(sides == name) for name in ("train", "val", "test"))
    if not len(train) or not len(test):
        raise DataError(
            f"Of {plural(len(sides), 'readable image')} {len(train)} would be trained on and {len(test)} tested on: "
            "both need some. Add images, or change --test-fraction."
        )
    return train, judges, test
