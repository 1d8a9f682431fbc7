"""Pretrained networks as functions from pixels to features: records, weights, layers, engines.

What works on the networks' modules needs torch, and is imported when it is first asked for.
"""

import lazy_loader

from regraft.backbones.torch_door import watch_for_torch

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

watch_for_torch()
