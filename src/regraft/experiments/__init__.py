"""How a run is carried out: a data set's features, head choice, probes, run folders, circumstances.

Nothing here is imported before it is asked for: predictions need the options only.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
