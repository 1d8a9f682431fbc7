"""What became of a picture in its copy, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.auditing.copies.placings import TURN_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.auditing.copies.verification import Verified

_LEAST_CROP = 0.015
_LEAST_CHANGE = 0.07
_LEAST_MARK = 12
"""Grey levels; where a picture is only compressed or cropped, the pixels that agree least differ by less."""
_LEAST_SATURATION = 6


def relation_of(looks: tuple[Any, Any], found: Verified, place: int, *, is_whole_first: bool) -> str:
    """How an image differs from the first one: "mirrored, cropped by 5 %".

    Args:
        looks: The records of the first image and of the other.
        found: Pairs that were laid on each other.
        place: Which of them these two are.
        is_whole_first: The first one shows more of the picture.
    """
    top, bottom, left, right = found.aligned.windows[place].tolist()
    height, width = bottom - top, right - left
    cut, turn = max(1 - height, 1 - width), int(found.placed.turns[place])
    words = [TURN_NAMES[turn]]
    if cut >= _LEAST_CROP:
        words.append(f"{'' if is_whole_first else 'less '}cropped by {100 * cut:.0f} %")
    words += _changes(*looks, is_crop=cut >= _LEAST_CROP, is_on_side=turn in (2, 3, 6, 7))
    if found.aligned.marks[place] >= _LEAST_MARK:
        words.append("marked")
    return ", ".join(word for word in words if word) or "saved again"


def _changes(first: Any, other: Any, *, is_crop: bool, is_on_side: bool) -> Iterator[str]:
    """What the records of two images say beyond their thumbnails."""
    tones = first["saturation"], other["saturation"]
    if max(tones) >= _LEAST_SATURATION > 3 * min(tones):
        yield "grey" if tones[1] < tones[0] else "in colour"
    if not is_crop:
        ratio = (float(other["brightness"]) + 1) / (float(first["brightness"]) + 1)
        if abs(ratio - 1) > _LEAST_CHANGE:
            yield "brighter" if ratio > 1 else "darker"
        sides = [int(first[name]) for name in ("width", "height")]
        if sides[:: -1 if is_on_side else 1] != [int(other[name]) for name in ("width", "height")]:
            yield "resized"
