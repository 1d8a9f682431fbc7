"""Training the backbone, too: the grafted network, its rates, the loop, checkpoints, devices.

torch is loaded with the first name that needs it: options are read by `regraft --help`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
