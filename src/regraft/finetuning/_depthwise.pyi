from typing import Any

def weight_gradient(
    inputs: Any,
    gradients: Any,
    out: Any,
    shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    geometry: tuple[int, int, int],
    channels: tuple[int, int],
    /,
) -> None: ...
