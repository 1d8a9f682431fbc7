"""Places in object stores, to be read from: addresses, their stores by fsspec, paths that lead there."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
