"""Decisions about findings carried out: the table of the images that are left, and what that does to the accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, as_percent, printable
from regraft.data import check_manifest_file, cluster_units, read_manifest, split_folds, write_manifest
from regraft.evaluation import Estimate, wilson_estimate
from regraft.experiments.circumstances import Stopwatch
from regraft.experiments.dataset_features import list_labelled, load_features
from regraft.experiments.decisions import apply_decisions, read_decisions
from regraft.experiments.head_choice import candidates_of
from regraft.heads import FoldTable, cross_validate

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Manifest
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.decisions import Decided
    from regraft.experiments.probe_options import FixedFeatureOptions


@dataclass(frozen=True, kw_only=True)
class DecisionsResult:
    """What came of decisions.

    Attributes:
        out: The table of the images that are left.
        before: The table of all images, as they were.
        n_images: How many are left.
        n_by_verb: How many images each kind of decision changed.
        accuracy_before: Cross-validated, with all images as they were.
        accuracy_cleaned: Trained on the cleaned images, and measured on them: another question.
        accuracy_of_all: Trained on the cleaned images, and measured on all of them as they were labelled.
    """

    out: Path
    before: Path
    n_images: int
    n_by_verb: dict[str, int]
    accuracy_before: Estimate
    accuracy_cleaned: Estimate
    accuracy_of_all: Estimate

    @property
    def sentence(self) -> str:
        """The accuracies in words."""
        before, cleaned, of_all = (
            as_percent(one.value) for one in (self.accuracy_before, self.accuracy_cleaned, self.accuracy_of_all)
        )
        return (
            f"Cross-validated accuracy: {before} before. Trained on the cleaned images, it is {cleaned} of the cleaned "
            f"images, and {of_all} of all images as they were labelled: leaving out what is doubtful asks an easier "
            "question."
        )


def carry_out_decisions(
    source: str, decisions: Path, out: Path, options: FixedFeatureOptions, progress: Progress
) -> DecisionsResult:
    """Write the table that follows from decisions, and measure what it changes.

    Args:
        source: The data set as the user named it.
        decisions: The table of decisions.
        out: The table to write.
        options: How the data set is read, and which head is measured.
        progress: Where to report.

    Raises:
        DataError: A decision fits no image, or a table cannot hold a name.
        OptionError: `out` is no name of a table.
    """
    check_manifest_file(out)
    chosen = read_decisions(decisions)
    watch = Stopwatch()
    manifest = list_labelled(source, options, watch)
    decided = apply_decisions(manifest, chosen, decisions)
    data = load_features(manifest, options, progress, watch)
    before, cleaned, of_all = _accuracies(data, decided, options)
    kept = _before(out)
    write_manifest(manifest, kept)
    write_manifest(decided.manifest, out)
    return DecisionsResult(
        out=out,
        before=kept,
        n_images=len(decided.manifest),
        n_by_verb=decided.n_by_verb,
        accuracy_before=before,
        accuracy_cleaned=cleaned,
        accuracy_of_all=of_all,
    )


def take_back_decisions(table: Path, out: Path) -> Path:
    """Write the table from before decisions were carried out; returns where.

    Raises:
        DataError: There is none beside the table.
    """
    check_manifest_file(out)
    kept = _before(table)
    if not kept.is_file():
        raise DataError(f"There is no {kept.name} beside {table}: it was not written by `regraft audit --apply`.")
    write_manifest(read_manifest(kept), out)
    return out


def _before(table: Path) -> Path:
    return table.with_name(f"{table.stem}.before{table.suffix}")


def _accuracies(
    data: DatasetFeatures, decided: Decided, options: FixedFeatureOptions
) -> tuple[Estimate, Estimate, Estimate]:
    """Cross-validated: as it was; trained on the cleaned images, measured on these; and measured on all."""
    manifest = data.manifest
    labels, is_kept = _cleaned(manifest, decided)
    units = cluster_units(data.digests, manifest.groups)
    folds = FoldTable.of(split_folds(manifest.labels, units, data.digests, n_folds=options.n_folds, seed=options.seed))
    cleaned = FoldTable(folds.is_train & is_kept[:, None], folds.is_test)
    was_right = _answers(data, manifest.labels, folds, options) == manifest.labels
    answers = _answers(data, labels, cleaned, options)
    everywhere = np.ones(len(manifest), np.bool_)
    return (
        _estimated(was_right, units, everywhere),
        _estimated(answers == labels, units, is_kept),
        _estimated(answers == manifest.labels, units, everywhere),
    )


def _cleaned(manifest: Manifest, decided: Decided) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n,) labels after the decisions, and (n,) which images are left, of those that can be read."""
    places = {name: place for place, name in enumerate(manifest.class_names)}
    names = [decided.relabelled.get(printable(path)) for path in manifest.paths]
    given = zip(manifest.labels.tolist(), names, strict=True)
    labels = np.array([label if name is None else places[name] for label, name in given], np.int64)
    left_out = set(decided.left_out)
    return labels, np.array([path not in left_out for path in manifest.paths], np.bool_)


def _answers(
    data: DatasetFeatures, labels: NDArray[np.int64], folds: FoldTable, options: FixedFeatureOptions
) -> NDArray[np.int64]:
    """(n,) what heads say that have not seen the image."""
    found = cross_validate(data.features, labels, folds, candidates_of(options, data.networks.n_penultimate))
    return np.asarray(found.classes[found.predicted])


def _estimated(is_right: NDArray[np.bool_], units: NDArray[np.int64], rows: NDArray[np.bool_]) -> Estimate:
    n_units = len(np.unique(units[rows]))
    n = int(rows.sum())
    return wilson_estimate(float(is_right[rows].mean()), n, n_units, 0.95, grouped=n_units < n)
