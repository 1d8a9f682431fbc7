"""Linear classifiers on arrays, as scikit-learn estimators; usable without the rest of Regraft."""

from regraft.heads.calibration import fit_temperature
from regraft.heads.estimators import LinearSVM, Softmax
from regraft.heads.linear import LinearHead
from regraft.heads.search import HeadSearch
from regraft.heads.walk import StrengthPath

__all__ = ["HeadSearch", "LinearHead", "LinearSVM", "Softmax", "StrengthPath", "fit_temperature"]
