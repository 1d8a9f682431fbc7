"""Predictions in, report out: metrics, intervals, mistakes, and a page to look at. Knows no model."""

from regraft.evaluation.assessment import Assessment, Baseline, assess
from regraft.evaluation.class_counts import (
    ClassCounts,
    balanced_accuracy,
    confusion_matrix,
    count_classes,
    f1,
    macro_f1,
    precision,
    recall,
)
from regraft.evaluation.class_results import ClassResult
from regraft.evaluation.comparison import PairedDifference, compare_paired, holm, pareto_front
from regraft.evaluation.intervals import Estimate, wilson_interval
from regraft.evaluation.mistakes import ConfusedPair, Mistake
from regraft.evaluation.notice import Notice
from regraft.evaluation.predictions import Predictions
from regraft.evaluation.probability_scores import (
    ReliabilityBin,
    calibration_error,
    log_losses,
    reliability_bins,
    top_hits,
)
from regraft.evaluation.ranking import Candidate, Comparison, Contestant, Costs, rank
from regraft.evaluation.search import Search, SearchedOption, SearchTrial, Setting, best_first, setting_text
from regraft.evaluation.verdict import ChangedImage, Verdict, judge

__all__ = [
    "Assessment",
    "Baseline",
    "Candidate",
    "ChangedImage",
    "ClassCounts",
    "ClassResult",
    "Comparison",
    "ConfusedPair",
    "Contestant",
    "Costs",
    "Estimate",
    "Mistake",
    "Notice",
    "PairedDifference",
    "Predictions",
    "ReliabilityBin",
    "Search",
    "SearchTrial",
    "SearchedOption",
    "Setting",
    "Verdict",
    "assess",
    "balanced_accuracy",
    "best_first",
    "calibration_error",
    "compare_paired",
    "confusion_matrix",
    "count_classes",
    "f1",
    "holm",
    "judge",
    "log_losses",
    "macro_f1",
    "pareto_front",
    "precision",
    "rank",
    "recall",
    "reliability_bins",
    "setting_text",
    "top_hits",
    "wilson_interval",
]
