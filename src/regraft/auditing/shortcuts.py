"""Shortcuts: what tells the classes apart without looking at the thing that the images show.

A network learns whatever separates the classes. Where one class was saved as PNG and another as JPEG, it may learn the
traces of JPEG, and fail on new images. Here each field of the files (format, size, camera, ...) and of the pictures
(mean colour, brightness, ...) is given alone to a small classifier (`separation`). What it tells beyond chance is a
finding only if it is a fair part of what the network tells: a quarter for a file, which says nothing of the thing; a
third for a picture, whose colour may well be that of the thing. The size of a file and the colour of the border count
as the file's only if they tell more than the detail and the colour of the picture, which they follow; width and height
only if most images share a few, as cameras make them: what was cut out has the shape of the thing.

Sources: Geirhos et al., "Shortcut learning in deep neural networks", Nature Machine Intelligence 2 (2020); Torralba and
Efros, "Unbiased look at dataset bias", CVPR 2011.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import N_UNITS_MIN
from regraft.auditing.class_marks import find_class_marks, told_together
from regraft.auditing.fields import describe_difference, look_fields
from regraft.auditing.findings import Case, make_audit_finding
from regraft.auditing.separation import separate
from regraft.core import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.fields import Field, FieldOrigin
    from regraft.auditing.findings import AuditFinding
    from regraft.auditing.separation import Separation

_SIGNIFICANCE = 0.02
_PARTS_THAT_MATTER: dict[FieldOrigin, float] = {"file": 1 / 4, "picture": 1 / 3}
"""Of what the network tells."""
_PART_THAT_WARNS = 0.5
_N_SPREADS = 2
"""By so many standard deviations of chance a file tells more than the picture that it follows."""
_YOUDEN_MIN = 0.1
"""Below, 55 of 100 images or fewer are told where guessing gives 50: no network goes for that."""


@dataclass(frozen=True, eq=False)
class _Shortcut:
    """A field that tells a class from the others.

    Attributes:
        field: What tells it.
        origin: What that is a property of.
        label: The class that it tells best.
        youden: How well, 0 to 1.
        network: How well the network tells it.
        p_value: Corrected.
        n_classes: How many classes the field tells.
    """

    field: Field
    origin: FieldOrigin
    label: int
    youden: float
    network: float
    p_value: float
    n_classes: int


def find_shortcuts(images: AuditedImages, *, seed: int = 0) -> tuple[AuditFinding, ...]:
    """Look for fields of the files and of the pictures that tell classes apart.

    Args:
        images: Images with looks; with probabilities it is known what the network tells.
        seed: Chooses folds and shuffles.

    Returns:
        One finding for the files, with what one class's alone have, and one for the pictures, where there is something.

    Raises:
        NotChecked: No image was decoded, there is one class, or no class has enough images.
    """
    marks = find_class_marks(images)
    units = images.units
    fields = look_fields(images.decoded_looks, int(units.max()) + 1)
    if not fields or (marks and images.units_by_class.max() < N_UNITS_MIN):
        return marks
    separation = separate(fields, images.labels, units, images.n_classes, seed)
    found = _shortcuts(separation, _network_youden(images, separation.classes))
    told = [
        _as_finding(images, separation, [one for one in found if one.origin == origin])
        for origin in _PARTS_THAT_MATTER
        if any(one.origin == origin for one in found)
    ]
    return told_together(told, marks)


def _network_youden(images: AuditedImages, classes: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k,) how well each class is told from the others out of fold; 1 where no head was fitted."""
    if images.probabilities is None:
        return np.ones(len(classes))
    is_named = images.probabilities.argmax(axis=1)[:, None] == classes
    is_class = images.labels[:, None] == classes
    n_class = is_class.sum(axis=0)
    hits = (is_named & is_class).sum(axis=0) / np.maximum(n_class, 1)
    alarms = (is_named & ~is_class).sum(axis=0) / np.maximum(len(images) - n_class, 1)
    found: NDArray[np.float64] = np.maximum(hits - alarms, 0.0)
    return found


def _shortcuts(separation: Separation, network: NDArray[np.float64]) -> list[_Shortcut]:
    """Those that matter, the strongest first; what only follows a field of the picture that is told is left out."""
    found: list[_Shortcut] = []
    pictures_first = sorted(range(len(separation.fields)), key=lambda row: separation.fields[row].origin == "file")
    for row in pictures_first:
        field = separation.fields[row]
        origins: tuple[FieldOrigin, ...] = (field.origin,)
        if field.stands_for and not {one.field.name for one in found} & {*field.stands_for}:
            origins = (field.origin, "picture")
        for origin in origins:
            told = _told(separation, network, row, origin)
            if told.any():
                found.append(_strongest(separation, network, row, told, origin))
                break
    return sorted(found, key=lambda one: -one.youden)


def _told(separation: Separation, network: NDArray[np.float64], row: int, origin: FieldOrigin) -> NDArray[np.bool_]:
    """(k,) classes that a field tells beyond chance, and well enough to matter; a file also beyond the picture."""
    youden, field = separation.youden[row], separation.fields[row]
    least = np.maximum(_YOUDEN_MIN, _PARTS_THAT_MATTER[origin] * network)
    if origin == "file":
        followed = [separation.youden[at] for at, one in enumerate(separation.fields) if one.name in field.stands_for]
        least = np.max([least, *(other + _N_SPREADS * separation.spread[row] for other in followed)], axis=0)
    told: NDArray[np.bool_] = (separation.p_values[row] <= _SIGNIFICANCE) & (youden >= least)
    return told


def _strongest(
    separation: Separation, network: NDArray[np.float64], row: int, told: NDArray[np.bool_], origin: FieldOrigin
) -> _Shortcut:
    best = int(np.argmax(np.where(told, separation.youden[row], -1)))
    return _Shortcut(
        field=separation.fields[row],
        origin=origin,
        label=int(separation.classes[best]),
        youden=float(separation.youden[row, best]),
        network=float(network[best]),
        p_value=float(separation.p_values[row, best]),
        n_classes=int(told.sum()),
    )


def _as_finding(images: AuditedImages, separation: Separation, found: Sequence[_Shortcut]) -> AuditFinding:
    best, in_file = found[0], found[0].origin == "file"
    network = "" if images.probabilities is None else f" and the network reaches {_of_100(best.network)}"
    words = best.field.words[0].upper() + best.field.words[1:]
    message = (
        f"{words} alone tells {_class(images, best)} from the rest: right for {_of_100(best.youden)} of 100 images, "
        f"where guessing gives 50{network}."
    )
    if others := [f"{one.field.words} ({_of_100(one.youden)} of 100)" for one in found[1:]]:
        verb = "does" if len(others) == 1 else "do"
        message += f" So {verb} {listed(others, 3)}."
    warns = in_file and best.youden >= _PART_THAT_WARNS * best.network
    return make_audit_finding(
        "shortcuts",
        "file_tells_class" if in_file else "picture_tells_class",
        message,
        severity="warning" if warns else "note",
        certainty="likely" if in_file else "possible",
        cause=_FILE_CAUSE if in_file else _PICTURE_CAUSE,
        advice=_FILE_ADVICE if in_file else _PICTURE_ADVICE,
        n=len(found),
        evidence={
            "field": best.field.name,
            "class": images.class_names[best.label],
            "told_apart": round((1 + best.youden) / 2, 4),
            "told_apart_by_chance": 0.5,
            "told_apart_by_network": round((1 + best.network) / 2, 4),
            "p_value": round(best.p_value, 4),
            "n_images": len(images),
            "n_fields": len(separation.fields),
            "n_classes_judged": len(separation.classes),
        },
        cases=[_case(images, one) for one in found],
        examples=[f"{one.field.words}: {_class(images, one)}" for one in found],
    )


def _class(images: AuditedImages, one: _Shortcut) -> str:
    more = f" and {plural(one.n_classes - 1, 'more class', 'more classes')}" if one.n_classes > 1 else ""
    return f"{quoted(images.class_names[one.label])}{more if images.n_classes > 2 else ''}"


def _case(images: AuditedImages, one: _Shortcut) -> Case:
    """A typical image of the class beside a typical one of the others."""
    is_class = images.labels == one.label
    inside = np.bincount(one.field.cells[is_class], minlength=one.field.n_cells) / is_class.sum()
    outside = np.bincount(one.field.cells[~is_class], minlength=one.field.n_cells) / (~is_class).sum()
    surplus = (inside - outside)[one.field.cells]
    pair = (np.argmax(np.where(is_class, surplus, -np.inf)), np.argmin(np.where(is_class, np.inf, surplus)))
    name = quoted(images.class_names[one.label])
    return Case(
        paths=tuple(images.paths[row] for row in pair),
        note=f"{one.field.words}: {describe_difference(one.field, is_class, name, 'the others')}",
        score=min(max(one.youden, 0.0), 1.0),
    )


def _of_100(youden: float) -> str:
    return f"{50 * (1 + youden):.0f}"


_FILE_CAUSE = "The images of a class came another way than the others: another source, camera, program, size or day."
_FILE_ADVICE = (
    "Bring all images to the same format, size and quality and measure again: if the accuracy falls, the files were "
    "recognised and not what they show. Take new images of all classes in the same way."
)
_PICTURE_CAUSE = (
    "It may be the thing itself (sunflowers are yellow), or the light, the background or the camera of one class."
)
_PICTURE_ADVICE = (
    "Look at the images side by side: if the things themselves differ so, all is well. Otherwise take images of all "
    "classes under the same conditions, or measure on images that were taken under others."
)
