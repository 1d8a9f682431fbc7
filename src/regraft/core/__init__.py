"""What every floor stands on: errors, atomic files, seeds, registries, progress, options.

Nothing here is imported before it is asked for: a help page needs neither options nor locks.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
