from .answer_changes import AnswerChange
from .claims import MAX_DROP, PixelParity, ScoreParity
from .classifier_graph import seen_inputs
from .comparing import REPORT_FILE, Parity, compare_export
from .description import SeenInput
from .exported import ExportedClassifier, find_export, open_export
from .exports import PRECISIONS, Export, Target, export_classifier
from .foreign_files import FileParity
from .formats import EXPORT_FORMATS
from .named_images import list_named
from .onnx_files import write_onnx
from .openvino_files import convert
from .parity import ask_bundle
from .proof_images import ProofImages, gather_proof
from .resize_graph import build_resize
from .runtimes import OnnxRuntimeGraph, OpenVinoGraph
from .seen_pixels import see_images

__all__ = [
    "EXPORT_FORMATS",
    "MAX_DROP",
    "PRECISIONS",
    "REPORT_FILE",
    "AnswerChange",
    "Export",
    "ExportedClassifier",
    "FileParity",
    "OnnxRuntimeGraph",
    "OpenVinoGraph",
    "Parity",
    "PixelParity",
    "ProofImages",
    "ScoreParity",
    "SeenInput",
    "Target",
    "ask_bundle",
    "build_resize",
    "compare_export",
    "convert",
    "export_classifier",
    "find_export",
    "gather_proof",
    "list_named",
    "open_export",
    "see_images",
    "seen_inputs",
    "write_onnx",
]
