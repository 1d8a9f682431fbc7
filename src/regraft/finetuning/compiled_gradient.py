"""The compiled loops of the depthwise convolution's gradient, if they were built. Needs no torch."""

from __future__ import annotations

try:
    from regraft.finetuning import _depthwise
except ImportError:  # installed from source without a C compiler: slower, the same gradients
    compiled = None
else:
    compiled = _depthwise.weight_gradient

HAS_COMPILED_GRADIENT = compiled is not None
"""Whether depthwise convolutions train at full speed on a CPU."""
