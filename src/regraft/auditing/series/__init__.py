"""Images that come in series: tracks in names, folders and dates, neighbouring files, and what a random split hides."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
