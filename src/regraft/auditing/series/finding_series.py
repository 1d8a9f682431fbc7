"""Series as findings: what a random split hides, with images of a group side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.findings import Case, make_audit_finding
from regraft.auditing.series.closeness import individual_traits
from regraft.auditing.series.measuring import groups_in_series, measure_series, one_of_each
from regraft.core import as_percent, plural
from regraft.data import file_series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding
    from regraft.auditing.series.groupings import GroupingKind
    from regraft.auditing.series.series_gap import SeriesGap

_N_REPEATS = 3
_N_CASES = 60
_N_SIDE_BY_SIDE = 4

_WORDS: dict[GroupingKind, tuple[str, str, str, str]] = {
    "names": (
        "tracks_in_names",
        "Images whose names agree in a part are alike beyond their class ({n} groups)",
        "the images of a group",
        "Several images show one object, one person or one video, and a part of their names says which.",
    ),
    "folders": (
        "series_in_folders",
        "Images of one folder are alike beyond their class ({n} folders)",
        "the images of a folder",
        "Each folder holds one session, one place or one object. If the folders are kinds that every new image will be "
        "of, nothing is wrong.",
    ),
    "dates": (
        "series_by_date",
        "Images of one date are alike beyond their class ({n} dates, by the paths)",
        "the images of a date",
        "Light, camera or place change from day to day, or one object was photographed several times on its day.",
    ),
    "days": (
        "series_by_day",
        "Images that were taken on one day are alike beyond their class ({n} days, by EXIF)",
        "the images of a day",
        "Light, camera or place change from day to day, or one object was photographed several times on its day.",
    ),
    "order": (
        "series_in_order",
        "Neighbouring files are alike beyond their class, as images of a series are",
        "each {length} neighbouring files",
        "Files lie in the order in which they were taken: neighbours show one object, one session or one place.",
    ),
}
"""For each kind its code, what was found, what is to be kept together, and the cause."""


def find_series(images: AuditedImages, gap: SeriesGap | None = None, *, seed: int = 0) -> tuple[AuditFinding, ...]:
    """Say which images come in series although nobody said so, and what a random split hides by that.

    Args:
        images: Images with features.
        gap: What `measure_series` found, where that is known; None to measure with three repeats.
        seed: Chooses folds and axes.

    Returns:
        A warning where the headline changes; a note where a part of the names, a folder or a date makes a small but
        sure difference; else nothing.
    """
    if gap is None:
        gap = measure_series(images, n_repeats=_N_REPEATS, seed=seed)
    if gap is None or not (gap.matters or (gap.kind != "order" and gap.drop_low > 0)):
        return ()
    code, what, together, cause = _WORDS[gap.kind]
    together = together.format(length=gap.expression.partition(":")[2])
    message = (
        f"{what.format(n=f'{gap.n_groups:,}')}: a random split gets {as_percent(gap.random.value)} right, one that "
        f"keeps {together} together {as_percent(gap.together.value)} ({100 * gap.drop:.1f} points less, 95 % interval "
        f"{100 * gap.drop_low:.1f} to {100 * gap.drop_high:.1f})."
    )
    finding = make_audit_finding(
        "groups",
        code,
        message,
        severity="warning" if gap.matters else "note",
        certainty="likely",
        cause=f"{cause}{_about_labels(gap)}",
        advice=f"Keep {together} on one side of every split: {gap.option}. The lower accuracy is the one to expect of "
        "images of new objects or sessions.",
        n=gap.n_groups,
        evidence=_evidence(gap),
        cases=_side_by_side(images, gap, seed),
    )
    return (finding,)


def _about_labels(gap: SeriesGap) -> str:
    if gap.kind != "order" or gap.label_agreement is None or gap.label_agreement_by_chance is None:
        return ""
    return (
        f" {as_percent(gap.label_agreement)} of the neighbours have one label; of shuffled files "
        f"{as_percent(gap.label_agreement_by_chance)} have."
    )


def _evidence(gap: SeriesGap) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str | None] = {
        "group_by": gap.expression or None,
        "images": gap.n_images,
        "groups": gap.n_groups,
        "classes": gap.n_classes,
        "groupings_tried": gap.n_groupings,
        "likeness_in_groups": round(gap.likeness, 4),
        "likeness_by_chance": 0.0,
        "standard_deviations_above_shuffles": round(gap.surplus, 2),
        "accuracy_random": gap.random.value,
        "accuracy_random_low": gap.random.low,
        "accuracy_random_high": gap.random.high,
        "accuracy_together": gap.together.value,
        "accuracy_together_low": gap.together.low,
        "accuracy_together_high": gap.together.high,
        "drop": gap.drop,
        "drop_low": gap.drop_low,
        "drop_high": gap.drop_high,
        "repeats": gap.n_repeats,
        "neighbours_of_one_label": gap.label_agreement,
        "neighbours_of_one_label_by_chance": gap.label_agreement_by_chance,
        "test_images_with_their_group_in_training": gap.torn,
    }
    return {name: value for name, value in numbers.items() if value is not None}


def _side_by_side(images: AuditedImages, gap: SeriesGap, seed: int) -> Iterator[Case]:
    """Of each group up to four neighbours of one class that are most alike; the most alike groups first."""
    alone = one_of_each(images)
    traits = individual_traits(alone.embedding, alone.labels, seed)
    codes = groups_in_series(alone, gap)
    in_order = np.concatenate(file_series(alone.paths))
    rows = in_order[np.lexsort((alone.labels[in_order], codes[in_order]))]
    same = (codes[rows[:-1]] == codes[rows[1:]]) & (alone.labels[rows[:-1]] == alone.labels[rows[1:]])
    firsts = np.flatnonzero(same)
    alike = np.einsum("np,np->n", traits[rows[firsts]], traits[rows[firsts + 1]])
    seen: set[int] = set()
    for place in np.argsort(-alike, kind="stable").tolist():
        first = int(firsts[place])
        if (code := int(codes[rows[first]])) in seen:
            continue
        seen.add(code)
        shown = _stretch(rows, same, first)
        note = f"{plural(int((codes == code).sum()), 'image')} of this group"
        yield Case(paths=tuple(alone.paths[row] for row in shown), note=note, score=float(np.clip(alike[place], 0, 1)))
        if len(seen) == _N_CASES:
            return


def _stretch(rows: NDArray[np.int64], same: NDArray[np.bool_], first: int) -> list[int]:
    """Up to four rows of one group and class from a first one on."""
    last = first + 1
    while last - first + 1 < _N_SIDE_BY_SIDE and last < len(same) and same[last]:
        last += 1
    return [int(row) for row in rows[first : last + 1]]
