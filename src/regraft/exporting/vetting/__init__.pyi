from .onnx_reading import look_through_onnx, read_onnx
from .openvino_reading import read_openvino
from .openvino_shapes import shortest_name
from .seals import ONNX_SEAL, XML_SEAL, require_plain, require_sealed, sealed
from .signatures import CLASSIFYING, RESIZING, Signature, Sizes, require_fit, require_resizing

__all__ = [
    "CLASSIFYING",
    "ONNX_SEAL",
    "RESIZING",
    "XML_SEAL",
    "Signature",
    "Sizes",
    "look_through_onnx",
    "read_onnx",
    "read_openvino",
    "require_fit",
    "require_plain",
    "require_resizing",
    "require_sealed",
    "sealed",
    "shortest_name",
]
