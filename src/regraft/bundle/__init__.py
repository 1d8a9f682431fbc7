"""The saved classifier: a folder of JSON and safetensors, checked before use."""

import lazy_loader

from regraft.core import old_names

_find, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = old_names(__name__, {"load_bundle": "load"}, _find)
