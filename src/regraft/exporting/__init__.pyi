from .claims import PixelParity, ScoreParity
from .description import SeenInput
from .exported import ExportedClassifier, find_export, open_export
from .exports import EXPORT_FORMATS, Export, ExportFormat, Parity, compare_export, export_classifier, require_free
from .openvino_files import convert
from .proof_images import ProofImages, gather_proof, list_named
from .resize_graph import build_resize
from .runtimes import OnnxRuntimeGraph, OpenVinoGraph

__all__ = [
    "EXPORT_FORMATS",
    "Export",
    "ExportFormat",
    "ExportedClassifier",
    "OnnxRuntimeGraph",
    "OpenVinoGraph",
    "Parity",
    "PixelParity",
    "ProofImages",
    "ScoreParity",
    "SeenInput",
    "build_resize",
    "compare_export",
    "convert",
    "export_classifier",
    "find_export",
    "gather_proof",
    "list_named",
    "open_export",
    "require_free",
]
