import numpy as np
from numpy.typing import NDArray

def measure(
    shown: NDArray[np.uint8],
    height: int,
    width: int,
    rows: NDArray[np.int32],
    small: NDArray[np.uint8],
    side: int,
    border: int,
    thumbnail: NDArray[np.uint8],
    /,
) -> tuple[tuple[int, int, int, int, int, int, int, int], tuple[int, int, int], tuple[int, int, int], int]: ...
