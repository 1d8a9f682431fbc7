"""Predictions in, measures out: metrics, intervals, paired comparisons, mistakes. Knows no model."""

from regraft.evaluation.assessment import Assessment, assess
from regraft.evaluation.comparison import PairedDifference, compare_paired
from regraft.evaluation.intervals import Estimate
from regraft.evaluation.mistakes import ConfusedPair, Mistake
from regraft.evaluation.predictions import Predictions
from regraft.evaluation.probability_scores import ReliabilityBin
from regraft.evaluation.ranking import Candidate, Contestant, Costs, Ranking, rank
from regraft.evaluation.verdict import ChangedImage, Verdict, judge

__all__ = [
    "Assessment",
    "Candidate",
    "ChangedImage",
    "ConfusedPair",
    "Contestant",
    "Costs",
    "Estimate",
    "Mistake",
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
