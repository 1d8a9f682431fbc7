"""The same features by more than one machine: a Ray cluster's workers fill the store that all of them see."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
