"""OpenVINO's files, `.xml` with the weights in a `.bin` beside it: made of an ONNX graph, so that both are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.backbones import import_openvino, openvino_core
from regraft.core import BundleError
from regraft.exporting.description import METADATA_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

N_XML_BYTES_MAX = 64 << 20
N_BIN_BYTES_MAX = 16 << 30
_TEXTS = "texts"


def convert(model: Any) -> Any:
    """An `openvino.Model` that computes what an ONNX graph does.

    Args:
        model: An `onnx.ModelProto`.
    """
    converted = openvino_core().read_model(model.SerializeToString())
    for output, one in zip(converted.outputs, model.graph.output, strict=True):
        output.get_tensor().set_names({one.name})
    for prop in model.metadata_props:
        converted.set_rt_info(prop.value, [METADATA_KEY, _TEXTS, prop.key])
    return converted


def write_openvino(model: Any, path: Path) -> None:
    """Write `path` (`.xml`) and the weights beside it, in float32.

    Args:
        model: An `openvino.Model`.
        path: Where to.

    Raises:
        OSError: It does not fit on the disk.
    """
    try:
        import_openvino().save_model(model, path, compress_to_fp16=False)
    except RuntimeError as error:
        raise OSError(f"the export does not fit on the disk ({error})") from error


def read_openvino(path: Path) -> tuple[Any, Mapping[str, str]]:
    """An `openvino.Model` of a file, and the texts that go with it.

    Raises:
        BundleError: It is none.
    """
    weights = path.with_suffix(".bin")
    for file, n_bytes_max in ((path, N_XML_BYTES_MAX), (weights, N_BIN_BYTES_MAX)):
        if file.is_symlink() or not file.is_file():
            raise BundleError(f"{file} is missing, or no plain file. An OpenVINO export is an .xml and a .bin.")
        if (n_bytes := file.stat().st_size) > n_bytes_max:
            raise BundleError(f"{file} is larger than an export's file can be ({n_bytes:,} bytes).")
    if b"<!DOCTYPE" in path.read_bytes():
        raise BundleError(f"{path} declares a document type, which no export of Regraft does: it is not used.")
    try:
        model = openvino_core().read_model(path, weights)
        texts = model.get_rt_info([METADATA_KEY, _TEXTS]).value
        return model, {name: str(text) for name, text in dict(texts).items()}
    except Exception as error:  # whatever a hostile file makes it raise
        reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
        raise BundleError(f"{path} is damaged or no OpenVINO export of Regraft's: {reason[:300]}") from error
