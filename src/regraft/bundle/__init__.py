"""The saved classifier: a folder of JSON and safetensors, checked before use."""

from typing import TYPE_CHECKING

from regraft.bundle.classifier import Classifier, choose_like
from regraft.bundle.golden import CheckResult, check_bundle
from regraft.bundle.predictions import Answers, Prediction, PredictResult
from regraft.bundle.reading import find_bundle, load, read_record
from regraft.bundle.record import SCHEMA_VERSION, BundleRecord, Calibration, EngineRecord, Making
from regraft.bundle.seen import find_seen, read_seen
from regraft.bundle.writing import save_bundle
from regraft.core import old_names

__all__ = [
    "SCHEMA_VERSION",
    "Answers",
    "BundleRecord",
    "Calibration",
    "CheckResult",
    "Classifier",
    "EngineRecord",
    "Making",
    "PredictResult",
    "Prediction",
    "check_bundle",
    "choose_like",
    "find_bundle",
    "find_seen",
    "load",
    "read_record",
    "read_seen",
    "save_bundle",
]

if not TYPE_CHECKING:  # type checkers know the new names only
    __getattr__ = old_names(__name__, {"load_bundle": "load"})
