from .calibration import fit_temperature, softmax
from .folds import FoldTable
from .linear import HeadKind, LinearHead
from .linear_classifiers import LinearSVM, Softmax
from .search import HeadSearch
from .selection import Candidates, Selection, select_head
from .walk import StrengthPath

__all__ = [
    "Candidates",
    "FoldTable",
    "HeadKind",
    "HeadSearch",
    "LinearHead",
    "LinearSVM",
    "Selection",
    "Softmax",
    "StrengthPath",
    "fit_temperature",
    "select_head",
    "softmax",
]
