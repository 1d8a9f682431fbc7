"""A classifier's graph with networks in 8 bits: ONNX Runtime's own quantiser, told where to keep off.

Weights become int8 by channel, activations uint8 by their least and greatest values on images of the training side
(Jacob et al., CVPR 2018; Krishnamoorthi, arXiv:1806.08342). Only convolutions over all channels and products with
weights are quantised, which are nearly all of a network's arithmetic. The first layer, convolutions of one channel
each, norms, pooling and the head stay in float32: there little is saved, and most is lost. Weights use 7 of the 8 bits:
processors without VNNI would run over.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft.core import ExportError
from regraft.data import UnreadableImageError
from regraft.exporting.description import METADATA_KEY, read_description
from regraft.exporting.onnx_graph import NETWORK_PREFIX
from regraft.exporting.onnx_runtime import import_quantiser
from regraft.exporting.seen_pixels import see_images

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.exporting.description import SeenInput
    from regraft.exporting.proof_images import ProofImages

N_CALIBRATING_MIN = 8
_N_COLOURS_MAX = 4


def require_calibrating(n_images: int) -> None:
    """Refuse to calibrate on too few images.

    Args:
        n_images: How many there are.

    Raises:
        ExportError: Too few.
    """
    if n_images < N_CALIBRATING_MIN:
        raise ExportError(
            f"8 bits need at least {N_CALIBRATING_MIN} images of the training side to calibrate on, and there are "
            f"{n_images}. Name the folder that the classifier was trained on: regraft export RUN PHOTOS --precision "
            "int8"
        )


def quantise(model: Any, inputs: Sequence[SeenInput], proof: ProofImages, *, progress: Progress) -> Any:
    """The same graph with networks in 8 bits: an `onnx.ModelProto`.

    Args:
        model: An `onnx.ModelProto` in float32; it is not changed.
        inputs: What it takes.
        proof: Holds the images to calibrate on.
        progress: Where to report.

    Raises:
        ExportError: There are too few images to calibrate on, or nothing to quantise.
    """
    nodes = [*_quantisable(model)]
    if not nodes:
        raise ExportError("These networks have no layers that could compute in 8 bits: export them in fp32.")
    library = import_quantiser()

    class Pixels(library.CalibrationDataReader):  # type: ignore[misc, name-defined]
        """The images, one batch after the other."""

        batches = _batches(inputs, proof, progress)

        def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
            return next(self.batches, None)

    with tempfile.TemporaryDirectory() as folder, _unadvised():
        path = Path(folder) / "quantised.onnx"
        library.quantize_static(
            model,
            path,
            Pixels(),
            quant_format=library.QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=library.QuantType.QUInt8,
            weight_type=library.QuantType.QInt8,
            nodes_to_quantize=nodes,
        )
        return _described(path.read_bytes(), model)


@contextmanager
def _unadvised() -> Iterator[None]:
    """Without the advice to let another tool join layers first: there is nothing to join in these graphs."""
    former = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(former)


def _quantisable(model: Any) -> Iterator[str]:
    """Names of the operations that are nearly all of the arithmetic."""
    shapes = {one.name: tuple(one.dims) for one in model.graph.initializer}
    for node in model.graph.node:
        weights = shapes.get(node.input[1], ()) if len(node.input) > 1 else ()
        n_groups = max([one.i for one in node.attribute if one.name == "group"], default=1)
        is_wide = node.op_type == "Conv" and n_groups == 1 and len(weights) > 1 and weights[1] > _N_COLOURS_MAX
        is_product = node.op_type in ("MatMul", "Gemm") and len(weights) > 1 and node.name.startswith(NETWORK_PREFIX)
        if is_wide or is_product:
            yield node.name


def _batches(
    inputs: Sequence[SeenInput], proof: ProofImages, progress: Progress
) -> Iterator[dict[str, NDArray[np.uint8]]]:
    """What the graph sees of the images to calibrate on; those that cannot be read are passed over.

    Raises:
        ExportError: There are too few.
    """
    progress.start("Calibrating", len(proof.calibrating))
    n_seen = 0
    for file in proof.calibrating:
        progress.advance()
        try:
            pixels = see_images(inputs, [file])
        except UnreadableImageError:
            continue
        n_seen += 1
        yield {one.name: seen for one, seen in zip(inputs, pixels, strict=True)}
    require_calibrating(n_seen)


def _described(content: bytes, model: Any) -> Any:
    """The graph with a description of its own."""
    import onnx

    quantised = onnx.load_model_from_string(content)
    texts = {one.key: one.value for one in model.metadata_props}
    description = read_description(texts[METADATA_KEY], "the graph")
    texts |= description.model_copy(update={"precision": "int8"}).metadata()
    onnx.helper.set_model_props(quantised, texts)
    return quantised
