"""What a graph takes and gives, known before anything runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import BundleError, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regraft.exporting.description import Description, SeenInput

N_VALUES_MAX = 1 << 32
"""Numbers that a graph may hold at one time. Large transformers need half of it."""
N_KEPT_MAX = 1 << 29
"""Numbers that it may make of its constants alone."""
_TRUTHS = ("unknown", "set")
_OF_CLASSES = ("scores", "probabilities", "set")
Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Sizes:
    """For which it is foreseen what a graph needs.

    Attributes:
        length: Of dimensions of any length.
        purpose: What that is.
        are_all_known: Whether a graph is refused if it gives something of which nobody knows how large it is.
    """

    length: int
    purpose: str
    are_all_known: bool


CLASSIFYING = Sizes(32, "32 images", are_all_known=True)
RESIZING = Sizes(1024, "an image of 1024 x 1024", are_all_known=False)


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
        outputs: By name, for as many images as are foreseen.
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
            (CLASSIFYING.length, n_classes) if name in _OF_CLASSES else (CLASSIFYING.length,),
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
    found = {name: Port(port.dtype, _assumed(port.shape, given, name)) for name, port in signature.outputs.items()}
    _require_same(found, given, f"{place} gives", "what the classifier beside it takes")


def _assumed(shape: Shape, given: Mapping[str, Port], name: str) -> Shape:
    """A shape in which what is not known is as it should be."""
    wanted = given[name].shape if name in given else ()
    if len(shape) != len(wanted):
        return shape
    return tuple(right if length is None else length for length, right in zip(shape, wanted, strict=True))


def _pixels(one: SeenInput, n_images: int | None) -> Port:
    return Port("uint8", (n_images, one.transform.height, one.transform.width, 3))


def _require_same(found: Mapping[str, Port], wanted: Mapping[str, Port], what: str, whose: str) -> None:
    if dict(found) != dict(wanted):
        raise BundleError(f"The graph in {what} something else than {whose}: it is not used.")
