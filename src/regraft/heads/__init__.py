"""Linear classifiers on arrays, as scikit-learn estimators; usable without the rest of Regraft.

scikit-learn takes half a second to import. A prediction needs `LinearHead` only, so the estimators are imported when
they are first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from regraft.heads.calibration import fit_temperature
from regraft.heads.linear import LinearHead

if TYPE_CHECKING:
    from regraft.heads.estimators import LinearSVM, Softmax
    from regraft.heads.search import HeadSearch
    from regraft.heads.walk import StrengthPath

__all__ = ["HeadSearch", "LinearHead", "LinearSVM", "Softmax", "StrengthPath", "fit_temperature"]

_PLACES = {"HeadSearch": "search", "LinearSVM": "estimators", "Softmax": "estimators", "StrengthPath": "walk"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'regraft.heads' has no attribute {name!r}")
    return getattr(importlib.import_module(f"regraft.heads.{_PLACES[name]}"), name)
