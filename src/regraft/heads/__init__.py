"""Linear classifiers on arrays, as scikit-learn estimators; usable without the rest of Regraft.

scikit-learn takes half a second to import, SciPy a third. A prediction needs `LinearHead` only, and `select_head` does
without scikit-learn, so everything else is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from regraft.heads.calibration import fit_temperature, softmax
from regraft.heads.linear import HeadKind, LinearHead

if TYPE_CHECKING:
    from regraft.heads.estimators import LinearSVM, Softmax
    from regraft.heads.folds import FoldTable
    from regraft.heads.search import HeadSearch
    from regraft.heads.selection import Candidates, Selection, select_head
    from regraft.heads.walk import StrengthPath

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

_PLACES = {
    "Candidates": "selection",
    "FoldTable": "folds",
    "HeadSearch": "search",
    "LinearSVM": "estimators",
    "Selection": "selection",
    "Softmax": "estimators",
    "StrengthPath": "walk",
    "select_head": "selection",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'regraft.heads' has no attribute {name!r}")
    return getattr(importlib.import_module(f"regraft.heads.{_PLACES[name]}"), name)
