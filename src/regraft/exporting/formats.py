"""The formats of exports: which files they are, how these are written, and how they are opened."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args

from regraft.exporting.description import METADATA_KEY
from regraft.exporting.onnx_files import write_onnx
from regraft.exporting.openvino_files import convert, write_openvino
from regraft.exporting.runtimes import OnnxRuntimeGraph, OpenVinoGraph
from regraft.exporting.vetting import ONNX_SEAL, look_through_onnx, read_onnx, read_openvino, require_sealed, sealed
from regraft.exporting.web_files import pack, unpack
from regraft.exporting.web_page import write_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from regraft.exporting.runtimes import Graph
    from regraft.exporting.vetting import Signature, Sizes

ExportFormat = Literal["onnx", "openvino", "web"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
SUFFIXES: Mapping[ExportFormat, str] = {"onnx": ".onnx", "openvino": ".xml", "web": ".js"}
"""Of the files that hold a graph."""


def write_graphs(form: ExportFormat, graphs: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Write graphs and what is needed to use them; gives the names of the files.

    Args:
        form: The format.
        graphs: `onnx.ModelProto` by the names of their files; one of them is `classifier`.
        folder: Where to.

    Raises:
        OSError: They do not fit on the disk.
    """
    for name, model in graphs.items():
        file = folder / f"{name}{SUFFIXES[form]}"
        yield file.name
        if form == "openvino":
            write_openvino(convert(model), file)
            yield file.with_suffix(".bin").name
        elif form == "web":
            pack(sealed(model.SerializeToString(), ONNX_SEAL), file)
        else:
            write_onnx(model, file)
    if form == "web":
        texts = {one.key: one.value for one in graphs["classifier"].metadata_props}
        yield from write_page(texts[METADATA_KEY], folder)
        return
    script = files("regraft.exporting").joinpath("templates", f"classify_{form}.py.txt").read_text(encoding="utf-8")
    (folder / "classify.py").write_text(script, encoding="utf-8")
    yield "classify.py"


@dataclass(frozen=True)
class Unopened:
    """A graph that was looked through, and that no runtime has seen so far.

    Attributes:
        content: What the runtime is given.
        file: That it lies in.
        signature: What it takes and gives.
    """

    content: Any
    file: Path
    signature: Signature

    def open(self) -> Graph:
        """The graph in its runtime."""
        if self.file.suffix == SUFFIXES["openvino"]:
            return OpenVinoGraph(self.content, str(self.file), self.signature.metadata)
        return OnnxRuntimeGraph(self.content, str(self.file))


def look_through(file: Path, sizes: Sizes) -> Unopened:
    """A graph in a file, if it may be run.

    Args:
        file: Of one of the formats.
        sizes: For which it is foreseen what the graph needs.

    Raises:
        BundleError: It is damaged, or asks for what no export of ours does.
        MissingExtraError: It holds ONNX, and the extra `export` is missing.
    """
    if file.suffix == SUFFIXES["openvino"]:
        model, signature = read_openvino(file, sizes)
        return Unopened(model, file, signature)
    if file.suffix == SUFFIXES["web"]:
        content = unpack(file)
        require_sealed(content, ONNX_SEAL, str(file))
        return Unopened(content, file, look_through_onnx(content, str(file), sizes))
    content, signature = read_onnx(file, sizes)
    return Unopened(content, file, signature)


def are_the_same(one: Path, other: Path) -> bool:
    """Whether two files hold the same graph, byte for byte: pages hold what ONNX files do.

    Args:
        one: A file of one of the formats.
        other: Another one.
    """
    if SUFFIXES["openvino"] in (one.suffix, other.suffix):
        return False
    first, second = (unpack(file) if file.suffix == SUFFIXES["web"] else file.read_bytes() for file in (one, other))
    return first == second
