"""Scikit-learn's face of the same work: images in, features or class names out.

Nothing here is imported before it is asked for: most of it needs torch or scikit-learn.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
