"""One file of the corpus, and what a correct reader makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regraft.data import Reason

Expected = NDArray[np.uint8] | Reason


@dataclass(frozen=True, eq=False)
class Case:
    """A malformed or odd image file.

    Attributes:
        name: What is odd about it; stands once in the corpus.
        data: The file's bytes.
        expected: (h, w, 3) uint8, the pixels that a reader must give at the picture's own size, or the reason why
            there are none. The pixels are those that were encoded, never those that Regraft decoded.
        tolerance: How far a value may be from the expected one: 0 for formats without loss.
        suffix: What the file is called; a wrong one changes nothing.
    """

    name: str
    data: bytes
    expected: Expected
    tolerance: int = 0
    suffix: str = ".jpg"

    @property
    def is_readable(self) -> bool:
        """Whether there are pixels."""
        return isinstance(self.expected, np.ndarray)
