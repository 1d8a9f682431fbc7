"""What reads files of exports, trusted with nothing, before a runtime sees them.

Here belongs what refuses a graph: by its digest, its operations, what it takes and gives, the memory that it will need.
Writing, running and proving exports stay outside.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
