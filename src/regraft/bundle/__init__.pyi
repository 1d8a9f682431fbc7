from .asked_images import ask
from .classifier import Classifier, choose_like
from .golden import CheckResult, check_bundle, read_golden
from .made_pictures import make_pictures
from .outcome_files import OutcomeFormat, csv_header, csv_row, json_pieces, outcome_format
from .outcome_writing import write_stream
from .prediction_stream import PredictionStream
from .predictions import Answers, Judgement, Outcome, Prediction, PredictResult, Tally, Telling
from .reading import find_bundle, load, read_record
from .record import (
    N_NETWORKS_MAX,
    RECORD_FILE,
    SCHEMA_VERSION,
    BundleRecord,
    Calibration,
    EngineRecord,
    Making,
    NetworkRecord,
    Reader,
)
from .seen import find_seen, read_seen
from .served import ServedClassifier, open_served
from .staged import StagedClassifier
from .writing import save_bundle

__all__ = [
    "N_NETWORKS_MAX",
    "RECORD_FILE",
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
    "Outcome",
    "OutcomeFormat",
    "PredictResult",
    "Prediction",
    "PredictionStream",
    "Reader",
    "ServedClassifier",
    "StagedClassifier",
    "Tally",
    "Telling",
    "ask",
    "check_bundle",
    "choose_like",
    "csv_header",
    "csv_row",
    "find_bundle",
    "find_seen",
    "json_pieces",
    "load",
    "make_pictures",
    "open_served",
    "outcome_format",
    "read_golden",
    "read_record",
    "read_seen",
    "save_bundle",
    "write_stream",
]
