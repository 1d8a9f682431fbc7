from .calibration import fit_temperature, softmax
from .folds import FoldTable
from .linear import HeadKind, LinearHead, normalise_rows
from .linear_classifiers import LinearSVM, Softmax
from .refits import FoldRefits, Refit
from .search import HeadSearch
from .selection import Candidates, CrossValidation, Selection, cross_validate, select_head
from .walk import StrengthPath

__all__ = [
    "Candidates",
    "CrossValidation",
    "FoldRefits",
    "FoldTable",
    "HeadKind",
    "HeadSearch",
    "LinearHead",
    "LinearSVM",
    "Refit",
    "Selection",
    "Softmax",
    "StrengthPath",
    "cross_validate",
    "fit_temperature",
    "normalise_rows",
    "select_head",
    "softmax",
]
