"""Tables of images: text or Parquet, which column says what, and where the files are."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
