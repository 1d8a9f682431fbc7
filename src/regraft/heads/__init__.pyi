from .calibration import Calibration, calibrate, fit_temperature, softmax
from .candidates import Candidates
from .contributions import against, against_others, share_out
from .folds import FoldTable
from .known_images import KnownImages
from .linear import HeadKind, LinearHead
from .linear_classifiers import LinearSVM, Softmax
from .novelty.choice import MeasureChoice, MeasureScore, choose_measure, separability
from .novelty.detector import (
    DEFAULT_MEASURE,
    NOVELTY_MEASURES,
    NoveltyDetector,
    NoveltyMeasure,
    Rejection,
    fit_detector,
)
from .novelty.gaussians import ClassGaussians
from .prediction_sets import PredictionSets, find_sets, fit_sets
from .rates import RateThreshold, effective_number, find_threshold, group_correlation, rate_band
from .refits import FoldRefits, Refit
from .row_blocks import RowSource, read_some
from .row_lengths import normalise_rows
from .search import HeadSearch
from .selection import CrossValidation, Selection, cross_validate, select_head
from .streamed_walk import StreamedData, StreamedWalk
from .streaming import must_stream
from .threads import limited_threads
from .walk import StrengthPath

__all__ = [
    "DEFAULT_MEASURE",
    "NOVELTY_MEASURES",
    "Calibration",
    "Candidates",
    "ClassGaussians",
    "CrossValidation",
    "FoldRefits",
    "FoldTable",
    "HeadKind",
    "HeadSearch",
    "KnownImages",
    "LinearHead",
    "LinearSVM",
    "MeasureChoice",
    "MeasureScore",
    "NoveltyDetector",
    "NoveltyMeasure",
    "PredictionSets",
    "RateThreshold",
    "Refit",
    "Rejection",
    "RowSource",
    "Selection",
    "Softmax",
    "StreamedData",
    "StreamedWalk",
    "StrengthPath",
    "against",
    "against_others",
    "calibrate",
    "choose_measure",
    "cross_validate",
    "effective_number",
    "find_sets",
    "find_threshold",
    "fit_detector",
    "fit_sets",
    "fit_temperature",
    "group_correlation",
    "limited_threads",
    "must_stream",
    "normalise_rows",
    "rate_band",
    "read_some",
    "select_head",
    "separability",
    "share_out",
    "softmax",
]
