"""Which images there are, with their labels and splits. Files are listed and hashed here, never decoded."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
