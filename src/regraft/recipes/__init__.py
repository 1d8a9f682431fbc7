"""One module for each verb: options in, result out. Each reads like the story of a run.

A verb's module is imported when the verb is asked for.
"""

import lazy_loader

from regraft.core import old_names

_find, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
_same = ("ImageClassifier", "ImageFeatures", "Prediction", "SlimNetwork", "list_slim_networks")
__getattr__ = old_names(__name__, {"find_dataset": "show_dataset", **{name: name for name in _same}}, _find)
