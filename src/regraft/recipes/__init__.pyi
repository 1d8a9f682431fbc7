from .auditing import AuditOptions, AuditResult, DecisionsResult, apply_decisions, audit, undo_decisions
from .backbone_list import BackboneRow, list_backbones
from .cache_care import CacheAction, CacheResult, cache
from .checking import CheckExportResult, check, check_export
from .comparing import CompareOptions, CompareResult, compare
from .dataset_conversion import ConvertDatasetOptions, ConvertDatasetResult, convert_dataset, format_class_list
from .dataset_getting import GetDatasetOptions, GetDatasetResult, get_dataset
from .dataset_list import list_datasets, show_dataset
from .demonstration import DemoResult, demo
from .diagnosis import DoctorResult, doctor
from .embedding import EmbedOptions, EmbedResult, embed
from .evaluating import EvaluateOptions, EvaluateResult, evaluate
from .explaining import ExplainOptions, ExplainResult, explain
from .exporting import ExportOptions, ExportResult, export
from .finetuning import FinetuneOptions, FinetuneResult, finetune
from .learning_curves import CurveOptions, CurveResult, curve
from .new_files import new_model
from .predicting import (
    PredictOptions,
    PredictResult,
    TrustOptions,
    classifier_file,
    open_classifier,
    open_predictions,
    predict,
)
from .pretraining import PretrainOptions, pretrain
from .probing import ProbeOptions, ProbeResult, probe
from .scanning import Finding, ScanOptions, ScanResult, scan
from .sweeping import SweepOptions, SweepResult, sweep
from .training import TrainOptions, TrainResult, train
from .under_way import command_line, kept_steps, options_under_way

__all__ = [
    "AuditOptions",
    "AuditResult",
    "BackboneRow",
    "CacheAction",
    "CacheResult",
    "CheckExportResult",
    "CompareOptions",
    "CompareResult",
    "ConvertDatasetOptions",
    "ConvertDatasetResult",
    "CurveOptions",
    "CurveResult",
    "DecisionsResult",
    "DemoResult",
    "DoctorResult",
    "EmbedOptions",
    "EmbedResult",
    "EvaluateOptions",
    "EvaluateResult",
    "ExplainOptions",
    "ExplainResult",
    "ExportOptions",
    "ExportResult",
    "Finding",
    "FinetuneOptions",
    "FinetuneResult",
    "GetDatasetOptions",
    "GetDatasetResult",
    "PredictOptions",
    "PredictResult",
    "PretrainOptions",
    "ProbeOptions",
    "ProbeResult",
    "ScanOptions",
    "ScanResult",
    "SweepOptions",
    "SweepResult",
    "TrainOptions",
    "TrainResult",
    "TrustOptions",
    "apply_decisions",
    "audit",
    "cache",
    "check",
    "check_export",
    "classifier_file",
    "command_line",
    "compare",
    "convert_dataset",
    "curve",
    "demo",
    "doctor",
    "embed",
    "evaluate",
    "explain",
    "export",
    "finetune",
    "format_class_list",
    "get_dataset",
    "kept_steps",
    "list_backbones",
    "list_datasets",
    "new_model",
    "open_classifier",
    "open_predictions",
    "options_under_way",
    "predict",
    "pretrain",
    "probe",
    "scan",
    "show_dataset",
    "sweep",
    "train",
    "undo_decisions",
]
