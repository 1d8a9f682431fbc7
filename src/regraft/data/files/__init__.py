"""Files as they lie: where an image's bytes are, what they are by their beginning, why they cannot be read."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
