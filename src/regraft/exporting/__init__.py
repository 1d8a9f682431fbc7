"""Classifiers for other runtimes, ONNX and OpenVINO, and the proof that they give the same answers.

Nothing here is imported before it is asked for: it needs extras.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
