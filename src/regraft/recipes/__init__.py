"""One module for each verb: options in, result out. Each reads like the story of a run.

A verb's module is imported when the verb is asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
