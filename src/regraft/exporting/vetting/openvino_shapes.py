"""How large everything in an OpenVINO graph becomes, without computing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.exporting.vetting.foresight import Step, require_room
from regraft.exporting.vetting.signatures import Port, Signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.exporting.vetting.signatures import Shape, Sizes


def require_known_size(model: Any, sizes: Sizes, place: str) -> Signature:
    """What a graph takes and gives, if it does not hold too much at one time.

    Args:
        model: An `openvino.Model`. It stays as it is.
        sizes: For which it is foreseen what the graph needs.
        place: The file, for sentences.

    Raises:
        BundleError: It would hold too much.
        RuntimeError: What it is made of does not fit together.
    """
    sized = model.clone()
    sized.reshape({one: [sizes.length if part is None else part for part in _shape(one)] for one in sized.inputs})
    steps: list[Step] = []
    shapes: dict[str, Shape] = {}
    constants: set[str] = set()
    for operation in sized.get_ordered_ops():
        kind, name = operation.get_type_name(), operation.get_name()
        results = [f"{name} {number}" for number in range(operation.get_output_size())]
        shapes.update(zip(results, map(_shape, operation.outputs()), strict=True))
        if kind == "Constant":
            constants.update(results)
        elif kind not in ("Parameter", "Result"):
            given = (one.get_source_output() for one in operation.inputs())
            steps.append(Step(kind, [f"{one.get_node().get_name()} {one.get_index()}" for one in given], results))
    require_room(steps, shapes, constants, sizes, place)
    return Signature(_ports(model.inputs), _ports(sized.outputs), {})


def shortest_name(value: Any) -> str:
    """An input's or output's name; what goes on to other operations may have theirs besides, which are numbered."""
    names: set[str] = value.get_names()
    return min(names, key=lambda name: ("_" in name, name))


def _ports(values: Sequence[Any]) -> dict[str, Port]:
    found = {shortest_name(one): Port(str(one.get_element_type().to_dtype()), _shape(one)) for one in values}
    if len(found) < len(values):
        raise RuntimeError("two inputs or outputs have one name")
    return found


def _shape(value: Any) -> Shape:
    shape = value.get_partial_shape()
    if shape.is_static:
        return tuple(value.get_shape())
    return tuple(part.get_length() if part.is_static else None for part in shape)
