"""Measures and findings -> pages and charts: one HTML file and one JSON file a run."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
