"""What a graph takes and gives, known before anything runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import BundleError, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regraft.exporting.description import Description, SeenInput

N_IMAGES_FORESEEN = 32
"""Images at once (`ExportedClassifier.compute`): for so many it is foreseen what a graph needs."""
SIDE_FORESEEN = 1024
"""The same for the height and the width of an image of any size."""
N_VALUES_MAX = 1 << 32
"""Numbers that a graph may hold at one time for so many images. Large transformers need half of it."""
N_KEPT_MAX = 1 << 29
"""Numbers that it may make of its constants alone."""
_TRUTHS = ("unknown", "set")
_OF_CLASSES = ("scores", "probabilities", "set")
Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Port:
    """An input or an output.

    Attributes:
        dtype: NumPy's name of it.
        shape: None for a dimension that is not known before.
    """

    dtype: str
    shape: Shape


@dataclass(frozen=True)
class Signature:
    """What a graph takes and gives.

    Attributes:
        inputs: By name.
        outputs: By name, for `N_IMAGES_FORESEEN` images.
        metadata: Texts that go with the graph, by name.
    """

    inputs: Mapping[str, Port]
    outputs: Mapping[str, Port]
    metadata: Mapping[str, str]


def require_fit(signature: Signature, description: Description, place: str) -> None:
    """Refuse a classifier's graph that does not take and give what it says of itself.

    Args:
        signature: Of the graph.
        description: What it says.
        place: The file, for sentences.

    Raises:
        BundleError: It does not.
    """
    n_classes = len(description.class_names)
    taken = {one.name: _pixels(one, None) for one in description.inputs}
    given = {
        name: Port(
            "bool" if name in _TRUTHS else "float32",
            (N_IMAGES_FORESEEN, n_classes) if name in _OF_CLASSES else (N_IMAGES_FORESEEN,),
        )
        for name in description.outputs
    }
    _require_same(signature.inputs, taken, f"{place} takes", "what it says of itself")
    _require_same(signature.outputs, given, f"{place} gives", f"what it says of itself ({plural(n_classes, 'class')})")


def require_resizing(signature: Signature, description: Description, place: str) -> None:
    """Refuse a graph that does not make of an image of any size what a classifier's graph takes.

    Raises:
        BundleError: It does not.
    """
    given = {one.name: _pixels(one, 1) for one in description.inputs}
    _require_same(signature.inputs, {"image": Port("uint8", (None, None, 3))}, f"{place} takes", "an image")
    found = {name: Port(port.dtype, given[name].shape) for name, port in signature.outputs.items() if name in given}
    _require_same(found, given, f"{place} gives", "what the classifier beside it takes")


def _pixels(one: SeenInput, n_images: int | None) -> Port:
    return Port("uint8", (n_images, one.transform.height, one.transform.width, 3))


def _require_same(found: Mapping[str, Port], wanted: Mapping[str, Port], what: str, whose: str) -> None:
    if dict(found) != dict(wanted):
        raise BundleError(f"The graph in {what} something else than {whose}: it is not used.")
