"""Images unlike the others: by what the network sees, and in light and sharpness, relative to their class.

What the network sees is told by the distance to the nearest neighbours, whatever their class, so that a wrong label
makes no outlier. Source: Ramaswamy, Rastogi and Shim, "Efficient algorithms for mining outliers from large data sets",
SIGMOD 2000; the mean of several distances is the variant that Angiulli and Pizzuti gave in 2002.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import require
from regraft.auditing.extremes import N_VALUES_MIN, n_expected_beyond
from regraft.auditing.findings import Case, make_audit_finding
from regraft.auditing.neighbour_distances import neighbour_distances
from regraft.core import plural

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding

_N_EXPECTED_MAX = 0.05
"""Images are told where one data set in twenty would have one so far out."""
_MEASURES = {
    "dark": ("darker than the others of their class", "Underexposed, blank, or taken at night."),
    "bright": ("brighter than the others of their class", "Overexposed, or a blank page."),
    "low_contrast": ("flatter, with less contrast, than the others of their class", "Fog, a covered lens, or nothing."),
    "blurred": (
        "more blurred than the others of their class",
        "Out of focus, moved, or enlarged from a small picture.",
    ),
    "unlike_others": (
        "to the network less like any other image than the others of their class",
        "Another thing (a logo, a document, an empty scene), or a rare kind of the class.",
    ),
}
"""What each finding says of its images, and what may be the cause."""

_LIGHT = {
    "dark": ("brightest", -1),
    "bright": ("darkest", 1),
    "low_contrast": ("contrast", -1),
    "blurred": ("sharpness", -1),
}
"""Which field of a look tells it, and in which direction."""


def find_outliers(images: AuditedImages, *, seed: int = 0) -> tuple[AuditFinding, ...]:
    """Look for images unlike the others; each is told once, by the simplest thing that is unlike.

    Args:
        images: At least 200 images, with looks or features.
        seed: Chooses references among many images.

    Returns:
        Notes, one for each thing that is unlike.

    Raises:
        NotChecked: There are fewer images.
    """
    require(len(images), N_VALUES_MIN, "image")
    findings, is_told = [], np.zeros(len(images), np.bool_)
    for code, values in _measured(images, seed).items():
        n_expected = n_expected_beyond(values, images.labels)
        is_out = (n_expected <= _N_EXPECTED_MAX) & ~is_told
        if is_out.any():
            findings.append(_as_finding(images, code, np.where(is_out, n_expected, np.inf)))
        is_told |= is_out
    return tuple(findings)


def _measured(images: AuditedImages, seed: int) -> dict[str, NDArray[np.float64]]:
    """(n,) values by code, large where an image may be an outlier."""
    measured = {} if images.looks is None else _light(images.looks)
    if images.features is not None:
        units = images.units
        n_neighbours = int(np.clip(len(images) // 40, 5, 30))
        distances = neighbour_distances(images.embedding, units, n_neighbours, seed)
        if np.isfinite(distances).all():
            measured["unlike_others"] = np.log(np.maximum(distances, 1e-6))
    return measured


def _light(looks: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Light and sharpness as logarithms; a pale picture, which is never sharp, is told before a blurred one."""
    return {code: sign * np.log1p(looks[name].astype(np.float64)) for code, (name, sign) in _LIGHT.items()}


def _as_finding(images: AuditedImages, code: str, n_expected: NDArray[np.float64]) -> AuditFinding:
    how, cause = _MEASURES[code]
    rows = np.argsort(n_expected, kind="stable")[: int(np.isfinite(n_expected).sum())]
    names = images.class_names
    message = (
        f"{len(rows):,} of {plural(len(images), 'image')} {'is' if len(rows) == 1 else 'are'} {how}, further than "
        "chance explains."
    )
    return make_audit_finding(
        "outliers",
        code,
        message.replace("their class", "its class") if len(rows) == 1 else message,
        severity="note",
        certainty="possible",
        cause=cause,
        advice="Look at them: leave out what does not belong, and keep what is rare but right.",
        n=len(rows),
        evidence={
            "n_images": len(images),
            "n_expected_beyond_the_first": float(f"{n_expected[rows[0]]:.2g}"),
            "n_expected_beyond_the_last": float(f"{n_expected[rows[-1]]:.2g}"),
        },
        cases=(
            Case(
                paths=(images.paths[row],),
                note=f"labelled {names[images.labels[row]]}; by chance {n_expected[row]:.2g} would be so far out",
                score=float(1 - n_expected[row] / _N_EXPECTED_MAX),
            )
            for row in rows.tolist()
        ),
    )
