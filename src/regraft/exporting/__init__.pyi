from .claims import PixelParity, ScoreParity
from .exported import ExportedClassifier, find_export, open_export
from .exports import EXPORT_FORMATS, Export, Parity, compare_export, export_classifier
from .proof_images import gather_proof, list_named

__all__ = [
    "EXPORT_FORMATS",
    "Export",
    "ExportedClassifier",
    "Parity",
    "PixelParity",
    "ScoreParity",
    "compare_export",
    "export_classifier",
    "find_export",
    "gather_proof",
    "list_named",
    "open_export",
]
