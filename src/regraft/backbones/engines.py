"""The one door to all engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.backbones.processes import ONE_AT_A_TIME, require_own_threads
from regraft.backbones.resolution import is_offline
from regraft.backbones.weight_packages import require_package
from regraft.core import BackboneError, ThreadLock, has_extra, require_extra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones.choice import Engine, EngineChoice, MapEngine
    from regraft.backbones.specification import BackboneSpec


def require_engine(spec: BackboneSpec, choice: EngineChoice, *, layer: str, cache: Path) -> None:
    """See that `open_engine` will find installed what it needs, before an image is read.

    Args:
        spec: As for `open_engine`.
        choice: As there.
        layer: As there.
        cache: As there.

    Raises:
        MissingExtraError: It would need an extra that is not there.
        BackboneError: The base's own package of weights is not there.
    """
    if choice.engine == "torch":
        require_extra("torch", "The engine torch")
    elif not has_extra("torch"):
        from regraft.backbones.graphs import require_graph

        require_graph(spec, layer, cache)
    if spec.weights.kind == "package" and not is_offline(spec, cache):
        require_package(spec)


def open_engine(spec: BackboneSpec, choice: EngineChoice, *, layer: str, cache: Path) -> Engine:
    """Load a backbone into the chosen engine; one at a time, so that several threads convert a network once.

    Args:
        spec: A resolved backbone (`resolve_backbone`).
        choice: From `choose_engine`.
        layer: The layer to compute (`layers.find_taps`).
        cache: Where weights and graphs are kept.

    Raises:
        BackboneError: The weights cannot be had, the layer does not exist, or the process was forked after a network
            had been used.
    """
    require_own_threads()
    with ONE_AT_A_TIME:
        return _open(spec, choice, layer, cache)


def open_maps(spec: BackboneSpec, choice: EngineChoice, *, layer: str, cache: Path) -> MapEngine:
    """Load a backbone into the chosen engine, without its pooling.

    Args:
        spec: As for `open_engine`; the other arguments, too.
        choice: What runs it.
        layer: The layer whose blocks are computed.
        cache: Where weights and graphs are kept.

    Raises:
        BackboneError: As from `open_engine`.
        MissingExtraError: The network has to be converted for it, and torch is not installed.
    """
    require_own_threads()
    with ONE_AT_A_TIME:
        _require_digest(spec)
        if choice.engine == "openvino":
            from regraft.backbones.graphs import open_graph
            from regraft.backbones.openvino_maps import OpenVinoMaps

            return OpenVinoMaps(open_graph(spec, layer, cache, is_pooled=False), choice.precision)
        from regraft.backbones.torch_maps import TorchMaps
        from regraft.backbones.weights import keep_weights

        weights, _digest = keep_weights(spec, cache / "weights")
        return TorchMaps(spec, weights, choice, layer=layer)


def _require_digest(spec: BackboneSpec) -> None:
    if spec.digest is None:
        raise BackboneError(f"The backbone {spec.name} is not resolved: its weights' digest is not known.")


def _open(spec: BackboneSpec, choice: EngineChoice, layer: str, cache: Path) -> Engine:
    _require_digest(spec)
    if choice.engine == "openvino":
        from regraft.backbones.graphs import open_graph
        from regraft.backbones.openvino_engine import OpenVinoEngine

        return OpenVinoEngine(open_graph(spec, layer, cache), choice.precision)
    from regraft.backbones.torch_engine import TorchEngine
    from regraft.backbones.weights import keep_weights

    weights, _digest = keep_weights(spec, cache / "weights")
    return TorchEngine(spec, weights, choice, layer=layer)


class EngineOpener:
    """Opens an engine when it is first asked for, and gives the same to all who ask, in any thread.

    A deep copy, or one in another process, opens its own.

    Args:
        open_one: Opens an engine, each time another; it can be pickled where this shall be.
    """

    def __init__(self, open_one: Callable[[], Engine]) -> None:
        self._open_one = open_one
        self._opening = ThreadLock()
        self._engine: Engine | None = None

    def __call__(self) -> Engine:
        """The engine.

        Raises:
            BackboneError: As from `open_engine`.
        """
        require_own_threads()
        with self._opening:
            if self._engine is None:
                self._engine = self._open_one()
            return self._engine

    def __reduce__(self) -> tuple[type[EngineOpener], tuple[Callable[[], Engine]]]:
        return EngineOpener, (self._open_one,)


def compute_features(engine: Engine, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Features of images that are in memory.

    Args:
        engine: The engine.
        pixels: (n, h, w, 3) uint8.

    Returns:
        (n, n_features) float32.
    """
    if len(pixels) == 0:
        return np.zeros((0, engine.n_features), np.float32)
    starts = range(0, len(pixels), engine.batch_size)
    return np.concatenate(list(engine.stream(pixels[start : start + engine.batch_size] for start in starts)))
