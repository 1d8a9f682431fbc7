"""One module for each verb: options in, result out. Each reads like the story of a run.

A verb's module is imported when the verb is asked for; the options of all, when a wrong name is to be explained.
"""

import lazy_loader

from regraft.core import await_options

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

await_options(lambda: [__getattr__(name) for name in __all__ if name.endswith("Options")])
