"""What is said of copies, and what is proposed for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from regraft.auditing.findings import Action, Case, make_audit_finding
from regraft.core import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.copies.copy_sets import Copies, CopySet
    from regraft.auditing.findings import AuditFinding, AuditKind
    from regraft.data import Severity

_SIDES = ("test", "val", "train")
"""Which side keeps a picture: the first of these that has it, because figures are measured there."""
_KEEP = Action(verb="keep")


class _Topic(NamedTuple):
    """What is said of the copies that are in the wrong place in one way."""

    kind: AuditKind
    code: str
    severity: Severity
    is_concerned: Callable[[AuditedImages, CopySet], bool]
    where: str
    advice: str
    propose: Callable[[AuditedImages, CopySet], tuple[Action, ...]]


def judge_copies(images: AuditedImages, copies: Copies) -> tuple[AuditFinding, ...]:
    """What copies do harm to, the worst first: the split, then the labels; then those that only count twice.

    Args:
        images: The images.
        copies: Their copies.
    """
    return tuple(
        _finding(images, copies, concerned, topic)
        for topic in _TOPICS
        for is_exact in (True, False)
        if (concerned := [a for a in copies.sets if a.is_exact == is_exact and topic.is_concerned(images, a)])
    )


def _finding(images: AuditedImages, copies: Copies, sets: Sequence[CopySet], topic: _Topic) -> AuditFinding:
    is_exact = sets[0].is_exact
    n_images = len({row for group in sets for row in group.rows})
    what = "the same files" if is_exact else "near copies (one picture in several forms)"
    return make_audit_finding(
        topic.kind,
        f"{'exact' if is_exact else 'near'}_{topic.code}",
        f"{n_images:,} of {plural(len(images), 'image')} are {what}{topic.where}: {plural(len(sets), 'picture')}.",
        severity=topic.severity,
        certainty="certain" if is_exact else "likely",
        cause=_EXACT_CAUSE if is_exact else _NEAR_CAUSE,
        advice=topic.advice if images.is_split_given or topic.kind != "leakage" else _DEALT_AGAIN,
        n=len(sets),
        evidence={"n_images": n_images, "n_pictures": len(sets), **({} if is_exact else copies.evidence)},
        cases=(_case(images, group, topic) for group in sets),
    )


def _case(images: AuditedImages, group: CopySet, topic: _Topic) -> Case:
    shown = Counter(group.relations)
    relations = "; ".join(relation if n == 1 else f"{n} x {relation}" for relation, n in shown.most_common())
    labels = dict.fromkeys(images.class_names[images.labels[row]] for row in group.rows)
    sides = dict.fromkeys(side for row in group.rows if (side := images.sides[row]) is not None)
    places = [" and ".join(names) for names in (sides, labels) if len(names) > 1]
    return Case(
        paths=tuple(images.paths[row] for row in group.rows),
        note=": ".join([relations, ", ".join(places)] if places else [relations]),
        score=group.score,
        actions=topic.propose(images, group),
    )


def _is_across_sides(images: AuditedImages, group: CopySet) -> bool:
    return len({images.sides[row] for row in group.rows} - {None}) > 1


def _is_across_classes(images: AuditedImages, group: CopySet) -> bool:
    return len({int(images.labels[row]) for row in group.rows}) > 1


def _is_elsewhere(images: AuditedImages, group: CopySet) -> bool:
    return not _is_across_sides(images, group) and not _is_across_classes(images, group)


def _keep_one_side(images: AuditedImages, group: CopySet) -> tuple[Action, ...]:
    if not images.is_split_given:
        return _group(images, group)
    sides = [images.sides[row] for row in group.rows]
    kept = next(side for side in (*_SIDES, *sides) if side is not None and side in sides)
    leave_out = Action(verb="keep-one-side", to=kept)
    return tuple(_KEEP if side in (kept, None) else leave_out for side in sides)


def _quarantine(images: AuditedImages, group: CopySet) -> tuple[Action, ...]:
    """All of them, as one label is as good as another; those against twice as many others alone."""
    labels = [int(images.labels[row]) for row in group.rows]
    (most, n_most), *_others = Counter(labels).most_common()
    rightful = most if n_most >= 2 * (len(labels) - n_most) else None
    return tuple(_KEEP if label == rightful else Action(verb="quarantine") for label in labels)


def _group(images: AuditedImages, group: CopySet) -> tuple[Action, ...]:
    """One group for all; the same files are kept on one side already."""
    if group.is_exact:
        return (_KEEP,) * len(group.rows)
    first = group.rows[0]
    name = images.groups[first] or f"copies of {images.paths[first]}"
    return tuple(_KEEP if images.groups[row] == name else Action(verb="group", to=name) for row in group.rows)


_EXACT_CAUSE = "The same file was saved under several names, or came from two sources."
_NEAR_CAUSE = (
    "A picture was saved again, resized, cropped, mirrored, turned, brightened or marked: by an export, by "
    "augmentation before the images were split, or because it came from two sources. Frames of a film and views of one "
    "thing look alike, too."
)
_DEALT_AGAIN = (
    "The proposal keeps the images of one picture together, on one side of every split. Until then the measured "
    "accuracy is too high."
)
_TOPICS = (
    _Topic(
        "leakage",
        "copies_across_splits",
        "warning",
        _is_across_sides,
        " on both sides of the split",
        "Keep each picture on one side: the proposal leaves it out of the training images. Until then the measured "
        "accuracy is too high.",
        _keep_one_side,
    ),
    _Topic(
        "copies",
        "copies_across_classes",
        "warning",
        _is_across_classes,
        " under two labels",
        "Look at each and correct the labels: at most one of them is right. The proposal leaves them out until then.",
        _quarantine,
    ),
    _Topic(
        "copies",
        "copies",
        "note",
        _is_elsewhere,
        "",
        "Nothing has to be done: the proposal keeps the images of one picture on one side of every split. Each of them "
        "counts, so such a picture weighs more than others.",
        _group,
    ),
)
