"""What an audit would say that changes a headline, found beside a run in a moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing import AuditedImages, NotChecked, measure_series
from regraft.core import plural
from regraft.data import make_finding
from regraft.features import StoredRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.core import Rows
    from regraft.data import Finding, Manifest
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.portions import Portions

_N_STRETCHES, _N_IN_STRETCH = 40, 500
"""Series show in images that follow each other; so many of them are looked at where features are not in memory."""


def listed_images(
    manifest: Manifest, digests: Sequence[str], sides: Sequence[str | None], *, looks: NDArray[Any] | None = None
) -> AuditedImages:
    """A data set's images as an audit sees them, without features.

    Args:
        manifest: n readable images.
        digests: Their content hashes.
        sides: The side of each.
        looks: (n,) of `regraft.data.LOOK`, where they are known.
    """
    return AuditedImages(
        paths=tuple(manifest.paths),
        labels=manifest.labels,
        class_names=manifest.class_names,
        digests=tuple(digests),
        sides=tuple(sides),
        groups=manifest.groups,
        looks=looks,
        columns={name: np.array(column, object) for name, column in manifest.columns.items()},
    )


def as_arrays(data: DatasetFeatures, sides: Sequence[str | None]) -> AuditedImages:
    """The same with features, without looks.

    Args:
        data: Images and features.
        sides: The side of each image.
    """
    images = listed_images(data.manifest, data.digests, sides)
    return replace(images, features=np.asarray(data.features), n_penultimate=data.networks.n_penultimate)


def sides_of(n_images: int, **rows_of: Rows | None) -> list[str | None]:
    """The side of each image, from the rows of each side; None where it is on none."""
    sides: list[str | None] = [None] * n_images
    for side, rows in rows_of.items():
        for row in [] if rows is None else rows.tolist():
            sides[row] = side
    return sides


def with_quick_findings(data: DatasetFeatures, portions: Portions | None, watch: Stopwatch) -> DatasetFeatures:
    """A data set with what an audit would warn of in a moment: series that the split tears apart, if there are any.

    Where they cannot be looked for, or are looked for in a part of images whose features are not in memory, it gets a
    note.

    Args:
        data: Images and features.
        portions: Which of them are for what; None where there is no split, but folds by chance.
        watch: Measures how long that takes.
    """
    of = {} if portions is None else {"train": portions.train, "val": portions.judges, "test": portions.test}
    sides = sides_of(len(data.manifest), **of)
    with watch.stage("quick audit"):
        rows = _stretches(data)
        if len(rows) < len(sides):
            data = data.remarked(_told_of_part(len(rows), len(sides)))
        try:
            gap = measure_series(as_arrays(data.select(rows), [sides[row] for row in rows]))
        except NotChecked as reason:
            message = f"Whether images come in series was not looked for: {reason}."
            return data.remarked(make_finding("series_not_checked", "note", message, len(data.manifest)))
    if gap is None or not gap.matters:
        return data
    message = f"{gap.headline[0].upper()}{gap.headline[1:]}. (regraft audit tells more.)"
    return replace(data, gap=gap).remarked(make_finding("series", "warning", message, gap.n_groups))


def _stretches(data: DatasetFeatures) -> Rows:
    """Rows whose features can be looked at together: all that are in memory, of others stretches at even distances."""
    n_images = len(data.manifest)
    if not isinstance(data.features, StoredRows) or n_images <= _N_STRETCHES * _N_IN_STRETCH:
        return np.arange(n_images)
    starts = np.linspace(0, n_images - _N_IN_STRETCH, _N_STRETCHES).astype(np.int64)
    return np.asarray((starts[:, None] + np.arange(_N_IN_STRETCH)).ravel())


def _told_of_part(n_looked: int, n_images: int) -> Finding:
    message = (
        f"Series were looked for in {n_looked:,} of {plural(n_images, 'image')}, whose features are more than memory "
        f"should hold: in stretches of {_N_IN_STRETCH} that follow each other, at even distances. (regraft audit looks "
        "at all.)"
    )
    return make_finding("series_in_part", "note", message, n_looked)
