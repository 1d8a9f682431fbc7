from .classifier import Classifier, choose_like
from .golden import CheckResult, check_bundle
from .made_pictures import make_pictures
from .predictions import Answers, Judgement, Prediction, PredictResult
from .reading import find_bundle, load, read_record
from .record import (
    N_NETWORKS_MAX,
    SCHEMA_VERSION,
    BundleRecord,
    Calibration,
    EngineRecord,
    Making,
    NetworkRecord,
    Reader,
)
from .seen import find_seen, read_seen
from .writing import save_bundle

__all__ = [
    "N_NETWORKS_MAX",
    "SCHEMA_VERSION",
    "Answers",
    "BundleRecord",
    "Calibration",
    "CheckResult",
    "Classifier",
    "EngineRecord",
    "Judgement",
    "Making",
    "NetworkRecord",
    "PredictResult",
    "Prediction",
    "Reader",
    "check_bundle",
    "choose_like",
    "find_bundle",
    "find_seen",
    "load",
    "make_pictures",
    "read_record",
    "read_seen",
    "save_bundle",
]
