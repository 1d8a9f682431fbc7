"""Views of an image that are the same for every image: mirrored, and moved a little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from regraft.images.augmentation import Change, View

_WHOLE = (0.0, 0.0, 1.0, 1.0)
_SHOWN = 7 / 8
"""Of the width and height, in a view that is moved."""
_LEFT, _RIGHT = (0.0, _SHOWN), (1 - _SHOWN, 1.0)


@dataclass(frozen=True)
class FixedView:
    """One way to look at any image.

    Attributes:
        name: Part of keys and of bundles.
        window: Left, top, right, bottom of what is seen, fractions. A letterbox always shows the whole image.
        is_mirrored: Left to right.
    """

    name: str
    window: tuple[float, float, float, float] = _WHOLE
    is_mirrored: bool = False

    def fingerprint(self) -> str:
        """A text for keys: equal for views that give equal pixels."""
        return "plain" if self == PLAIN else f"{self.name} (views 1)"

    def draw(self, _digest: str) -> Change | None:
        """What happens to an image; None for nothing."""
        if self == PLAIN:
            return None
        from regraft.images.augmentation import Change  # most programs never look at other views

        return Change(self.window, (self.is_mirrored, False), degrees=0.0, factors=(1.0, 1.0, 1.0), operations=())


def _moved(name: str, columns: tuple[float, float], rows: tuple[float, float], *, is_mirrored: bool) -> FixedView:
    return FixedView(name, (columns[0], rows[0], columns[1], rows[1]), is_mirrored)


PLAIN = FixedView("plain")
"""The image as it is."""
FIXED_VIEWS = {
    view.name: view
    for view in (
        PLAIN,
        FixedView("mirrored", is_mirrored=True),
        _moved("upper left", _LEFT, _LEFT, is_mirrored=False),
        _moved("lower right, mirrored", _RIGHT, _RIGHT, is_mirrored=True),
        _moved("upper right", _RIGHT, _LEFT, is_mirrored=False),
        _moved("lower left, mirrored", _LEFT, _RIGHT, is_mirrored=True),
        _moved("lower right", _RIGHT, _RIGHT, is_mirrored=False),
        _moved("lower left", _LEFT, _RIGHT, is_mirrored=False),
    )
}
"""All fixed views by name, in the order in which more of them are taken."""

AnyView: TypeAlias = "View | FixedView"
"""A random view, or one that is the same for every image."""
