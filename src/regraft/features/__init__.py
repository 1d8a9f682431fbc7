"""Features and looks, taken once and kept: keys, the crash-safe store, extraction."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
