"""Data sets by name, fetched and unpacked; what their images are; any data set converted to shards and back."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
