"""One module for each verb: options in, result out. Each reads like the story of a run."""

from __future__ import annotations

from regraft.backbones import COUNTERPARTS, Counterpart
from regraft.bundle import Prediction, PredictResult
from regraft.data import Finding
from regraft.datasets import ConvertDatasetOptions, GetDatasetOptions
from regraft.experiments import ProbeOptions, command_line
from regraft.grafting import FinetuneOptions, SweepOptions, TrainOptions, kept_steps, options_under_way
from regraft.recipes.backbone_list import BackboneRow, list_backbones
from regraft.recipes.cache_care import CacheAction, CacheResult, cache
from regraft.recipes.checking import check
from regraft.recipes.comparing import CompareOptions, CompareResult, compare
from regraft.recipes.dataset_conversion import ConvertDatasetResult, convert_dataset
from regraft.recipes.dataset_getting import GetDatasetResult, get_dataset
from regraft.recipes.dataset_list import list_datasets, show_dataset
from regraft.recipes.demonstration import DemoResult, demo
from regraft.recipes.diagnosis import DoctorResult, doctor
from regraft.recipes.embedding import EmbedOptions, EmbedResult, embed
from regraft.recipes.evaluating import EvaluateOptions, EvaluateResult, evaluate
from regraft.recipes.finetuning import FinetuneResult, finetune
from regraft.recipes.new_files import new_model
from regraft.recipes.predicting import PredictOptions, predict
from regraft.recipes.pretraining import PretrainOptions, pretrain
from regraft.recipes.probing import ProbeResult, probe
from regraft.recipes.scanning import ScanOptions, ScanResult, scan
from regraft.recipes.sweeping import SweepResult, sweep
from regraft.recipes.training import TrainResult, train

__all__ = [
    "COUNTERPARTS",
    "BackboneRow",
    "CacheAction",
    "CacheResult",
    "CompareOptions",
    "CompareResult",
    "ConvertDatasetOptions",
    "ConvertDatasetResult",
    "Counterpart",
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
    "PredictOptions",
    "PredictResult",
    "Prediction",
    "PretrainOptions",
    "ProbeOptions",
    "ProbeResult",
    "ScanOptions",
    "ScanResult",
    "SweepOptions",
    "SweepResult",
    "TrainOptions",
    "TrainResult",
    "cache",
    "check",
    "command_line",
    "compare",
    "convert_dataset",
    "demo",
    "doctor",
    "embed",
    "evaluate",
    "finetune",
    "get_dataset",
    "kept_steps",
    "list_backbones",
    "list_datasets",
    "new_model",
    "options_under_way",
    "predict",
    "pretrain",
    "probe",
    "scan",
    "show_dataset",
    "sweep",
    "train",
]
