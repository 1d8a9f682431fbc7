"""Parts of the images that are recognised worse than the rest: by folder, size, brightness, or a user's own column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing.checks import NotChecked, require
from regraft.auditing.findings import make_audit_finding
from regraft.core import as_number, as_percent, plural, quoted
from regraft.evaluation import SLICE_IMAGES_MIN, Predictions, measure_slices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding
    from regraft.evaluation import Slice, SliceTable

_SIGNIFICANCE = 0.02
_RATIO_THAT_MATTERS = 1.25
"""Of the part's errors to those that its classes have on the whole."""
_N_ERRORS_MIN = 5
"""Three mistakes are no evidence, however few there are elsewhere."""


def slice_columns(images: AuditedImages) -> dict[str, NDArray[Any]]:
    """What images can be sliced by, of themselves and by what a table says of them: (n,) columns by name."""
    columns: dict[str, NDArray[Any]] = {
        "folder": np.array([path.rpartition("/")[0] or "." for path in images.paths], object)
    }
    if any(group is not None for group in images.groups):
        units = images.units
        columns["images in the group"] = np.bincount(units)[units]
    if images.looks is not None:
        looks = images.looks
        columns["size in pixels (root of width x height)"] = np.sqrt(
            looks["width"] * looks["height"].astype(np.float64)
        )
        columns |= {"format": np.char.decode(looks["format"], "utf-8"), "camera": looks["camera"]}
        columns |= {name: looks[name].astype(np.float64) for name in ("brightness", "contrast", "sharpness")}
    said = {f"column {name}" if name in columns else name: column for name, column in images.columns.items()}
    return columns | {name: _as_numbers(column) for name, column in said.items()}


def _as_numbers(column: NDArray[Any]) -> NDArray[Any]:
    """Texts as numbers, where all are; NaN where there is none."""
    numbers = [np.nan if cell is None else as_number(cell) for cell in column.tolist()]
    return column if None in numbers else np.array(numbers, np.float64)


def find_weak_slices(images: AuditedImages, *, seed: int = 0) -> tuple[AuditFinding, ...]:
    """Measure parts of the images on the out-of-fold answers, and name those that are worse than chance explains.

    Args:
        images: Images with probabilities.
        seed: Chooses the shuffles.

    Returns:
        One finding, if any part is worse.

    Raises:
        NotChecked: No part is large enough.
    """
    if images.probabilities is None:
        raise NotChecked("no head has seen the images")
    units = images.units
    predictions = Predictions(
        paths=images.paths,
        labels=images.labels,
        probabilities=images.probabilities,
        class_names=images.class_names,
        groups=tuple(map(str, units.tolist())),
    )
    table = measure_slices(predictions, slice_columns(images), seed=seed)
    require(table.n_slices, 1, f"part of {SLICE_IMAGES_MIN} images beside {SLICE_IMAGES_MIN} more")
    return name_weak_slices(table)


def name_weak_slices(table: SliceTable) -> tuple[AuditFinding, ...]:
    """One finding of the parts that are worse than their classes, beyond chance, and by a quarter more errors."""
    weak = [one for one in table.slices if _is_weak(one)]
    if not weak:
        return ()
    worst = min(weak, key=lambda one: one.accuracy.value - one.expected)
    accuracy = worst.accuracy
    more = f", and {plural(len(weak) - 1, 'more part')}" if len(weak) > 1 else ""
    message = (
        f"{as_percent(accuracy.value)} of {plural(accuracy.n, 'image')} with {worst.column} {quoted(worst.value)} are "
        f"recognised, where their classes give {as_percent(worst.expected)}: the worst of {table.n_slices} parts that "
        f"were looked at{more}."
    )
    return (
        make_audit_finding(
            "slices",
            "weak_slices",
            message,
            severity="note",
            certainty="likely",
            cause="These images are harder, fewer than the rest, or unlike those that were trained on.",
            advice="Look at their mistakes, and add training images like them; report their accuracy beside the whole.",
            n=len(weak),
            evidence={
                "column": worst.column,
                "value": worst.value,
                "n_images": accuracy.n,
                "accuracy": round(accuracy.value, 4),
                "accuracy_expected": round(worst.expected, 4),
                "accuracy_of_the_rest": round(worst.rest, 4),
                "p_value": round(worst.p_value, 4),
                "n_parts": table.n_slices,
            },
            examples=[f"{one.column} {one.value}: {one.accuracy} of {plural(one.accuracy.n, 'image')}" for one in weak],
        ),
    )


def _is_weak(one: Slice) -> bool:
    errors, expected_errors = 1 - one.accuracy.value, 1 - one.expected
    is_evidence = one.p_value <= _SIGNIFICANCE and round(errors * one.accuracy.n) >= _N_ERRORS_MIN
    return is_evidence and errors >= _RATIO_THAT_MATTERS * expected_errors
