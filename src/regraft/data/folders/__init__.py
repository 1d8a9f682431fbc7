"""Folders of images: what lies in them, and which folder is a split, a class, or in the way."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
