"""One module for each verb: options in, result out. Each reads like the story of a run.

The estimators need scikit-learn, which takes half a second to import: they are imported when they are first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from regraft.backbones import SLIM_NETWORKS, SlimNetwork, TrainablePart, read_slim_scopes
from regraft.data import Finding
from regraft.recipes.backbone_list import BackboneRow, list_backbones, list_slim_networks
from regraft.recipes.cache_care import CacheAction, CacheResult, cache
from regraft.recipes.checking import check
from regraft.recipes.comparing import CompareOptions, CompareResult, compare
from regraft.recipes.conversion_options import ConvertDatasetOptions, ConvertDatasetResult
from regraft.recipes.converting import convert_dataset
from regraft.recipes.dataset_getting import get_dataset
from regraft.recipes.dataset_list import find_dataset, list_datasets
from regraft.recipes.demonstration import DemoResult, demo
from regraft.recipes.diagnosis import DoctorResult, doctor
from regraft.recipes.embedding import EmbedOptions, EmbedResult, embed
from regraft.recipes.evaluating import EvaluateOptions, EvaluateResult, evaluate
from regraft.recipes.experiment_options import ProbeOptions
from regraft.recipes.finetune_options import FinetuneOptions
from regraft.recipes.finetuning import FinetuneResult, finetune
from regraft.recipes.getting_options import GetDatasetOptions, GetDatasetResult
from regraft.recipes.new_files import new_model
from regraft.recipes.predicting import Prediction, PredictOptions, PredictResult, predict
from regraft.recipes.pretraining import PretrainOptions, pretrain
from regraft.recipes.probing import ProbeResult, probe
from regraft.recipes.reporting import command_line
from regraft.recipes.scanning import ScanOptions, ScanResult, scan
from regraft.recipes.sweeps.options import SweepOptions
from regraft.recipes.sweeps.sweeping import SweepResult, sweep
from regraft.recipes.train_options import TrainOptions
from regraft.recipes.training import TrainResult, train
from regraft.recipes.training_records import kept_steps, options_under_way

if TYPE_CHECKING:
    from regraft.recipes.estimators import ImageClassifier, ImageFeatures

__all__ = [
    "SLIM_NETWORKS",
    "BackboneRow",
    "CacheAction",
    "CacheResult",
    "CompareOptions",
    "CompareResult",
    "ConvertDatasetOptions",
    "ConvertDatasetResult",
    "DemoResult",
    "DoctorResult",
    "EmbedOptions",
    "EmbedResult",
    "EvaluateOptions",
    "EvaluateResult",
    "Finding",
    "FinetuneOptions",
    "FinetuneResult",
    "GetDatasetOptions",
    "GetDatasetResult",
    "ImageClassifier",
    "ImageFeatures",
    "PredictOptions",
    "PredictResult",
    "Prediction",
    "PretrainOptions",
    "ProbeOptions",
    "ProbeResult",
    "ScanOptions",
    "ScanResult",
    "SlimNetwork",
    "SweepOptions",
    "SweepResult",
    "TrainOptions",
    "TrainResult",
    "TrainablePart",
    "cache",
    "check",
    "command_line",
    "compare",
    "convert_dataset",
    "demo",
    "doctor",
    "embed",
    "evaluate",
    "find_dataset",
    "finetune",
    "get_dataset",
    "kept_steps",
    "list_backbones",
    "list_datasets",
    "list_slim_networks",
    "new_model",
    "options_under_way",
    "predict",
    "pretrain",
    "probe",
    "read_slim_scopes",
    "scan",
    "sweep",
    "train",
]

_ESTIMATORS = ("ImageClassifier", "ImageFeatures")


def __getattr__(name: str) -> Any:
    if name not in _ESTIMATORS:
        raise AttributeError(f"module 'regraft.recipes' has no attribute {name!r}")
    return getattr(importlib.import_module("regraft.recipes.estimators"), name)
