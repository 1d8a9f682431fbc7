"""What only one class's files have: a camera, a program, a format, a size.

It is counted, not predicted: no image of another class has it. That it is no chance is tested by Fisher's exact test,
which is what all shuffles of the labels would say ("The design of experiments", 1935), with images that belong together
counted once, and corrected for all that was looked at (Bonferroni).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, lgamma
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing.checks import require
from regraft.auditing.findings import Case, make_audit_finding
from regraft.core import plural, quoted
from regraft.data import UNLABELLED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding

_SIGNIFICANCE = 0.01
_PART_MIN = 0.2
"""Of the class: what fewer of its images have, hardly any network goes by."""
_PART_THAT_WARNS = 0.5
_N_SHOWN = 3


@dataclass(frozen=True)
class ClassMark:
    """What a part of one class has and no other image.

    Attributes:
        label: The class.
        words: What it is: "are PNG".
        rows: The images that have it.
        n_class: Images of the class.
        p_value: Of all shuffles of the labels, how many would do as much; corrected.
    """

    label: int
    words: str
    rows: tuple[int, ...]
    n_class: int
    p_value: float

    @property
    def part(self) -> float:
        """Of the class."""
        return len(self.rows) / self.n_class


def find_class_marks(images: AuditedImages) -> tuple[AuditFinding, ...]:
    """Look for what the files of one class alone have.

    Args:
        images: Images with looks.

    Returns:
        One finding, where there is something.

    Raises:
        NotChecked: No image was decoded, or there is one class.
    """
    images = images.select(images.labels != UNLABELLED)
    require(len(np.unique(images.labels)), 2, "class", "classes")
    marks = class_marks(images, images.decoded_looks)
    if not marks:
        return ()
    strongest = marks[0]
    n_more = len(marks) - 1
    more = f" There {'is' if n_more == 1 else 'are'} {plural(n_more, 'more such mark')}." if n_more else ""
    return (
        make_audit_finding(
            "shortcuts",
            "only_one_class",
            f"{_sentence(images, strongest)}{more}",
            severity="warning" if strongest.part >= _PART_THAT_WARNS else "note",
            certainty="certain",
            cause="The images of this class came another way than the others: another camera, program, source or day.",
            advice="A network may recognise the files instead of what they show. Save all classes in the same way, and "
            "test on images of this class that came the way of the others.",
            n=len(marks),
            evidence={
                "class": images.class_names[strongest.label],
                "n_marked": len(strongest.rows),
                "n_class": strongest.n_class,
                "n_marked_elsewhere": 0,
                "p_value": strongest.p_value,
                "n_images": len(images),
            },
            cases=(
                Case(
                    paths=tuple(images.paths[row] for row in mark.rows[:_N_SHOWN]),
                    note=_sentence(images, mark),
                    score=mark.part,
                )
                for mark in marks
            ),
            examples=[_sentence(images, mark) for mark in marks],
        ),
    )


def told_together(found: Sequence[AuditFinding], marks: Sequence[AuditFinding]) -> tuple[AuditFinding, ...]:
    """Shortcuts and marks, which both speak of files, as one finding of the files."""
    in_files = next((one for one in found if one.code == "file_tells_class"), None)
    if in_files is None or not marks:
        return (*marks, *found)
    (mark,) = marks
    joined = in_files.model_copy(
        update={
            "message": f"{in_files.message} {mark.message}",
            "severity": "warning" if "warning" in {in_files.severity, mark.severity} else "note",
            "n": in_files.n + mark.n,
            "evidence": {
                **{f"only_one_class_{name}": value for name, value in mark.evidence.items()},
                **in_files.evidence,
            },
            "cases": (*in_files.cases, *mark.cases),
            "examples": (*in_files.examples, *mark.examples),
        }
    )
    return tuple(joined if one is in_files else one for one in found)


def class_marks(images: AuditedImages, looks: NDArray[Any]) -> list[ClassMark]:
    """What one class alone has, beyond chance; what most of a class has first."""
    units = images.units
    n_units = int(units.max()) + 1
    n_images = np.bincount(images.labels, minlength=images.n_classes)
    found, n_tests = [], 0
    for values, words in _values(looks):
        names, codes = np.unique(values, return_inverse=True)
        for code, rows in enumerate(_members(codes, len(names))):
            n_tests += 1
            labels = images.labels[rows]
            label, n_class = int(labels[0]), int(n_images[labels[0]])
            if len(rows) < _PART_MIN * n_class or len(rows) == len(images) or (labels != label).any():
                continue
            n_marked, n_units_of_class = _n_units(units[rows]), _n_units(units[images.labels == label])
            p_value = images.n_classes * _chance(n_marked, n_units_of_class, n_units)
            found.append(ClassMark(label, words(names[code]), tuple(rows.tolist()), n_class, p_value))
    beyond_chance = [replace(mark, p_value=p) for mark in found if (p := mark.p_value * n_tests) <= _SIGNIFICANCE]
    return sorted(beyond_chance, key=lambda mark: (-mark.part, mark.label))


def _chance(n_marked: int, n_class: int, n_all: int) -> float:
    """That all of the marked ones are in the class, where it is drawn from all of them (hypergeometric)."""
    logarithm = lgamma(n_class + 1) - lgamma(n_class - n_marked + 1) - lgamma(n_all + 1) + lgamma(n_all - n_marked + 1)
    return exp(logarithm)


def _n_units(numbers: NDArray[np.int64]) -> int:
    return len(np.unique(numbers))


def _members(codes: NDArray[np.int64], n_codes: int) -> Iterator[NDArray[np.int64]]:
    """The rows of each code, in order."""
    order = np.argsort(codes, kind="stable")
    yield from np.split(order, np.searchsorted(codes[order], np.arange(1, n_codes)))


def _values(looks: NDArray[Any]) -> Iterator[tuple[NDArray[Any], Any]]:
    """What files can have in common, as text, and how it is said."""

    def text(value: bytes) -> str:
        return quoted(value.decode("utf-8", "replace"))

    sizes = np.char.add(np.char.add(looks["width"].astype(str), " x "), looks["height"].astype(str))
    yield looks["format"], lambda value: f"{value.decode()} files" if value else "of no known format"
    yield sizes, lambda value: f"of {value} pixels"
    yield looks["camera"], lambda value: f"by the camera {text(value)}" if value else "without a camera's name"
    yield looks["software"], lambda value: f"by the program {text(value)}" if value else "without a program's name"


def _sentence(images: AuditedImages, mark: ClassMark) -> str:
    n, name = len(mark.rows), quoted(images.class_names[mark.label])
    which = f"All {n:,}" if n == mark.n_class else f"{n:,} of {mark.n_class:,}"
    return f"{which} images of {name} are {mark.words}, and none of another class is."
