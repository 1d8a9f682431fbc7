"""File bytes to uint8 RGB pixels: decoding rules, geometry, threaded batches."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
