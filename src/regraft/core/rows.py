"""The type of positions in a data set; numpy is not imported for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Rows: TypeAlias = "NDArray[np.int64]"
"""(n,) int64: which images, or the classes of as many images."""
