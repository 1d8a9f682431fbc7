"""OpenVINO's files, `.xml` with the weights in a `.bin` beside it: made of an ONNX graph, so that both are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.backbones import import_openvino, openvino_core
from regraft.core import digest_file
from regraft.exporting.description import METADATA_KEY, TEXTS_KEY
from regraft.exporting.vetting import XML_SEAL, sealed

if TYPE_CHECKING:
    from pathlib import Path


def convert(model: Any) -> Any:
    """An `openvino.Model` that computes what an ONNX graph does.

    Args:
        model: An `onnx.ModelProto`.
    """
    converted = openvino_core().read_model(model.SerializeToString())
    for output, one in zip(converted.outputs, model.graph.output, strict=True):
        output.get_tensor().set_names({one.name})
    for prop in model.metadata_props:
        converted.set_rt_info(prop.value, [METADATA_KEY, TEXTS_KEY, prop.key])
    return converted


def write_openvino(model: Any, path: Path) -> None:
    """Write `path` (`.xml`), its seal, and the weights beside it, in float32.

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
    path.write_bytes(sealed(path.read_bytes(), XML_SEAL, digest_file(path.with_suffix(".bin"))))
