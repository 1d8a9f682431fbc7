"""Which data sets are known by name: what they are, where they come from, and those that come in packages."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
