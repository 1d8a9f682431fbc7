"""Linear classifiers on arrays, as scikit-learn estimators; usable without the rest of Regraft.

scikit-learn takes half a second to import, SciPy a third. A prediction needs `LinearHead` only, and `select_head` does
without scikit-learn, so everything else is imported when it is first asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
