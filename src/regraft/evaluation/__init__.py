"""Predictions in, measures out: metrics, intervals, paired comparisons, mistakes. Knows no model."""

from regraft.evaluation.assessment import Assessment, Baseline, assess
from regraft.evaluation.class_results import ClassResult
from regraft.evaluation.comparison import PairedDifference, compare_paired
from regraft.evaluation.intervals import Estimate
from regraft.evaluation.mistakes import ConfusedPair, Mistake
from regraft.evaluation.own_metrics import OwnMeasure
from regraft.evaluation.predictions import Predictions
from regraft.evaluation.probability_scores import ReliabilityBin
from regraft.evaluation.ranking import Candidate, Contestant, Costs, Ranking, rank
from regraft.evaluation.verdict import ChangedImage, Verdict, judge

__all__ = [
    "Assessment",
    "Baseline",
    "Candidate",
    "ChangedImage",
    "ClassResult",
    "ConfusedPair",
    "Contestant",
    "Costs",
    "Estimate",
    "Mistake",
    "OwnMeasure",
    "PairedDifference",
    "Predictions",
    "Ranking",
    "ReliabilityBin",
    "Verdict",
    "assess",
    "compare_paired",
    "judge",
    "rank",
]
