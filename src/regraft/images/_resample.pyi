import numpy as np
from numpy.typing import NDArray

def resample(
    pixels: NDArray[np.uint8],
    height: int,
    width: int,
    channels: int,
    box: tuple[float, float, float, float],
    kernel: int,
    out: NDArray[np.uint8],
    out_height: int,
    out_width: int,
    /,
) -> None: ...
