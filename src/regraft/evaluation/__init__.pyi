from .assessment import Assessment, Baseline, assess
from .bootstrap import sampling_units
from .calibration_noise import CalibrationNoise, simulate_calibration
from .class_results import ClassResult
from .comparison import PairedDifference, compare_paired
from .explanations import CellMap, Cells, Explanation, Neighbour, Occlusion, ScoreParts
from .feature_maps import FeatureMap, MapKind, MapPoint, map_features
from .intervals import Estimate, estimate_share, wilson_estimate, wilson_interval
from .limits import Limits, StrangeImage, measure_limits
from .mistakes import ConfusedPair, Mistake
from .own_metrics import OwnMeasure
from .predictions import Predictions
from .probability_scores import ReliabilityBin
from .ranking import Candidate, Contestant, Costs, Ranking, rank
from .rejection import RejectionPoint
from .shuffles import corrected_p_values, shuffle_units
from .slices import SLICE_IMAGES_MIN, Slice, SliceTable, measure_slices
from .strangers import StrangerMeasures, measure_strangers
from .verdict import ChangedImage, Verdict, judge

__all__ = [
    "SLICE_IMAGES_MIN",
    "Assessment",
    "Baseline",
    "CalibrationNoise",
    "Candidate",
    "CellMap",
    "Cells",
    "ChangedImage",
    "ClassResult",
    "ConfusedPair",
    "Contestant",
    "Costs",
    "Estimate",
    "Explanation",
    "FeatureMap",
    "Limits",
    "MapKind",
    "MapPoint",
    "Mistake",
    "Neighbour",
    "Occlusion",
    "OwnMeasure",
    "PairedDifference",
    "Predictions",
    "Ranking",
    "RejectionPoint",
    "ReliabilityBin",
    "ScoreParts",
    "Slice",
    "SliceTable",
    "StrangeImage",
    "StrangerMeasures",
    "Verdict",
    "assess",
    "compare_paired",
    "corrected_p_values",
    "estimate_share",
    "judge",
    "map_features",
    "measure_limits",
    "measure_slices",
    "measure_strangers",
    "rank",
    "sampling_units",
    "shuffle_units",
    "simulate_calibration",
    "wilson_estimate",
    "wilson_interval",
]
