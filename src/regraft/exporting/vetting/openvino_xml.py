"""OpenVINO's `.xml` files, looked through before OpenVINO reads them.

OpenVINO takes operations from extensions, settings from what is told of a graph, and believes where in the `.bin` a
constant lies. So all of it is looked at here first, as plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import prod
from typing import Any
from xml.parsers import expat

from regraft.core import BundleError, quoted
from regraft.exporting.vetting.onnx_tensors import N_DIMENSIONS_MAX
from regraft.exporting.vetting.operations import OPENVINO_OPERATIONS

N_LAYERS_MAX = 100_000
_DEPTH_MAX = 16
_PORT = tuple(f"net/layers/layer/{side}put{rest}" for side in ("in", "out") for rest in ("", "/port", "/port/dim"))
_ONCE = frozenset(("net", "net/layers", "net/edges", "net/rt_info"))
_PATHS = _ONCE | {*_PORT, "net/layers/layer", "net/layers/layer/data", "net/edges/edge"}
_TOLD = frozenset(("info", "framework", "nncf", "regraft"))
"""What may be told of the whole graph: OpenVINO takes settings from some other things that could be told there."""
_DIGITS = re.compile("[0-9]{1,18}")
_SETTING = re.compile(r"[A-Za-z0-9_,.?+\- ]{0,500}")
_KINDS = {1: "boolean i8 u8", 2: "bf16 f16 i16 u16", 4: "f32 i32 u32", 8: "f64 i64 u64"}
_N_BYTES = {name: n_bytes for n_bytes, names in _KINDS.items() for name in names.split()}


@dataclass
class _Layer:
    """An operation.

    Attributes:
        kind: Of it.
        n_inputs: That it takes.
        n_ports: What it takes and gives.
        has_settings: Whether it was set.
        given: Places at which it is given something.
    """

    kind: str
    n_inputs: int = 0
    n_ports: int = 0
    has_settings: bool = False
    given: set[int] = field(default_factory=set)


def require_harmless_xml(content: bytes, n_bytes: int, place: str) -> None:
    """Refuse what OpenVINO must not read.

    Args:
        content: Of the `.xml`.
        n_bytes: Of the `.bin`.
        place: The file, for sentences.

    Raises:
        BundleError: It is no such file, or asks for what no export of ours does.
    """
    _Reader(n_bytes, place).read(content)


class _Reader:
    """Goes through a file once."""

    def __init__(self, n_bytes: int, place: str) -> None:
        self._layers: list[_Layer] = []
        self._n_bytes, self._place = n_bytes, place
        self._path: list[str] = []
        self._seen: set[str] = set()
        self._readers = {"layer": self._layer, "data": self._data, "port": self._port, "edge": self._edge}

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(content, True)  # noqa: FBT003  # pyexpat takes no names
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise BundleError(f"{self._place} is damaged or no OpenVINO file: {error}") from error
        if not self._layers:
            raise self._refuse("has no layers")
        if any(len(layer.given) != layer.n_inputs for layer in self._layers):
            raise self._refuse("has operations that are given nothing")

    def _refuse(self, what: str) -> BundleError:
        return BundleError(f"{self._place} {what}, which no export of Regraft does: it is not used.")

    def _doctype(self, *_given: Any) -> None:
        raise self._refuse("declares a document type")

    def _instruction(self, *_given: Any) -> None:
        raise self._refuse("holds instructions")

    def _text(self, text: str) -> None:
        if text.strip() and self._path[-1:] != ["dim"]:
            raise self._refuse("holds text between its elements")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._path.append(tag)
        if len(self._path) > _DEPTH_MAX:
            raise self._refuse(f"holds elements {_DEPTH_MAX} deep")
        if self._path[:2] == ["net", "rt_info"] and len(self._path) > 2:  # what is told of the graph
            if self._path[2] not in _TOLD:
                raise self._refuse(f"tells {quoted(self._path[2])}")
            return
        path = "/".join(self._path)
        if path not in _PATHS or path in self._seen:
            raise self._refuse(f"holds {quoted(path)}, or holds it twice")
        if path in _ONCE:
            self._seen.add(path)
        if reader := self._readers.get(tag):
            reader(given)

    def _end(self, _tag: str) -> None:
        self._path.pop()

    def _layer(self, given: dict[str, str]) -> None:
        kind = (given["type"], given["version"])
        if kind not in OPENVINO_OPERATIONS:
            raise self._refuse(f"needs the operation {quoted(kind[0])} of {quoted(kind[1])}")
        if _whole(given["id"]) != len(self._layers) or len(self._layers) == N_LAYERS_MAX:
            raise self._refuse(f"numbers its operations in another way at {quoted(given['id'])}, or has too many")
        self._layers.append(_Layer(kind[0]))

    def _data(self, given: dict[str, str]) -> None:
        layer = self._layers[-1]
        if layer.has_settings:
            raise self._refuse("sets an operation twice")
        layer.has_settings = True
        for name, setting in given.items():
            if not _SETTING.fullmatch(setting):
                raise self._refuse(f"sets {quoted(name)} to {quoted(setting)}")
        if layer.kind != "Const":
            return
        shape = [_whole(part.strip()) for part in given["shape"].split(",") if part.strip()]
        offset, size = _whole(given["offset"]), _whole(given["size"])
        n_bytes = _N_BYTES[given["element_type"]]
        if len(shape) > N_DIMENSIONS_MAX or prod(shape) * n_bytes != size:
            raise self._refuse(f"holds a constant of {size:,} bytes with the shape {quoted(given['shape'])}")
        if offset + size > self._n_bytes:
            raise self._refuse(f"looks for a constant behind the end of its .bin, at {offset:,}")

    def _port(self, given: dict[str, str]) -> None:
        layer = self._layers[-1]
        if _whole(given["id"]) != layer.n_ports:
            raise self._refuse(f"numbers what operation {len(self._layers) - 1} takes and gives in another way")
        layer.n_ports += 1
        layer.n_inputs += "input" in self._path

    def _edge(self, given: dict[str, str]) -> None:
        source, target, place = (_whole(given[name]) for name in ("from-layer", "to-layer", "to-port"))
        is_backward = not source < target < len(self._layers)
        if is_backward or place >= self._layers[target].n_inputs or place in self._layers[target].given:
            raise self._refuse(f"leads from operation {source:,} to place {place:,} of operation {target:,}")
        self._layers[target].given.add(place)


def _whole(text: str) -> int:
    if not _DIGITS.fullmatch(text):
        raise ValueError(f"{quoted(text)} is no whole number")
    return int(text)
