"""OpenVINO's files, refused before the runtime reads them, as far as that can be; it may not take all memory then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from regraft.backbones import openvino_core
from regraft.core import BundleError, digest_file
from regraft.exporting.description import METADATA_KEY, TEXTS_KEY
from regraft.exporting.vetting.memory_bounds import bounded_memory
from regraft.exporting.vetting.openvino_shapes import require_known_size
from regraft.exporting.vetting.openvino_xml import require_harmless_xml
from regraft.exporting.vetting.seals import XML_SEAL, read_sealed, require_plain

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.exporting.vetting.signatures import Signature, Sizes

N_XML_BYTES_MAX = 64 << 20
N_BIN_BYTES_MAX = 16 << 30
N_BYTES_FOR_READING = 2 << 30


def read_openvino(path: Path, sizes: Sizes) -> tuple[Any, Signature]:
    """An `openvino.Model` that may be run, and what it takes and gives.

    Args:
        path: The `.xml`, with its `.bin` beside it.
        sizes: For which it is foreseen what the graph needs.

    Raises:
        BundleError: It is none, or asks for what no export of ours does.
    """
    weights, place = path.with_suffix(".bin"), str(path)
    require_plain(weights, N_BIN_BYTES_MAX)
    content = read_sealed(path, XML_SEAL, N_XML_BYTES_MAX, digest_file(weights))
    n_bytes = weights.stat().st_size
    require_harmless_xml(content, n_bytes, place)
    try:
        with bounded_memory(2 * n_bytes + N_BYTES_FOR_READING):  # it computes shapes, from whatever they are made of
            model = openvino_core().read_model(path, weights)
            signature = require_known_size(model, sizes, place)
        texts = model.get_rt_info([METADATA_KEY, TEXTS_KEY]).value
        return model, replace(signature, metadata={name: str(text) for name, text in dict(texts).items()})
    except BundleError:
        raise
    except Exception as error:  # whatever a hostile file makes it raise
        reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
        raise BundleError(f"{path} is damaged or no OpenVINO export of Regraft's: {reason[:300]}") from error
