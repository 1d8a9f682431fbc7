"""One module for each verb: options in, result out. Each reads like the story of a run."""

from regraft.recipes.backbones import BackboneRow, backbones
from regraft.recipes.cache import CacheAction, CacheResult, cache
from regraft.recipes.check import check
from regraft.recipes.datasets import datasets
from regraft.recipes.demo import DemoResult, demo
from regraft.recipes.doctor import DoctorResult, doctor
from regraft.recipes.embed import EmbedOptions, EmbedResult, embed
from regraft.recipes.evaluate import EvaluateOptions, EvaluateResult, evaluate
from regraft.recipes.predict import Prediction, PredictOptions, PredictResult, predict
from regraft.recipes.probe import ProbeOptions, ProbeResult, probe
from regraft.recipes.scan import ScanOptions, ScanResult, scan

__all__ = [
    "BackboneRow",
    "CacheAction",
    "CacheResult",
    "DemoResult",
    "DoctorResult",
    "EmbedOptions",
    "EmbedResult",
    "EvaluateOptions",
    "EvaluateResult",
    "PredictOptions",
    "PredictResult",
    "Prediction",
    "ProbeOptions",
    "ProbeResult",
    "ScanOptions",
    "ScanResult",
    "backbones",
    "cache",
    "check",
    "datasets",
    "demo",
    "doctor",
    "embed",
    "evaluate",
    "predict",
    "probe",
    "scan",
]
