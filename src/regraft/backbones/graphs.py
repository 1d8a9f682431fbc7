"""Networks for OpenVINO: built, or converted once and kept on disk, so that later runs import no torch.

A kept graph's folder is `graph.xml`, `graph.bin` and `graph.json` with their digests. It appears in one
rename, is checked at every opening, and is converted again where it is damaged.
"""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regraft.backbones.lite_graph import build_lite, lite_features
from regraft.backbones.lite_weights import fit_arrays
from regraft.backbones.lites import find_lite
from regraft.backbones.openvino_door import import_converter, import_openvino, openvino_core
from regraft.backbones.openvino_maps import note_taps
from regraft.backbones.specification import LAYER_RULES_VERSION
from regraft.backbones.weights import find_arrays
from regraft.core import (
    MissingExtraError,
    digest_bytes,
    digest_file,
    exact_json,
    has_extra,
    kept_file,
    note_unkept,
    scratch_folder,
    sync_folder,
)

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.backbones.specification import BackboneSpec

GRAPH_VERSION = 1
GRAPH_BATCH = 4
"""Images in one inference: few enough for the caches. A fixed size makes features independent of company."""


@dataclass(frozen=True)
class Graph:
    """A converted network on disk: (4, h, w, 3) uint8 in, (4, d) float32 out."""

    xml: Path
    bin: Path


def open_graph(spec: BackboneSpec, layer: str, cache: Path, *, is_pooled: bool = True) -> Any:
    """A backbone as an `openvino.Model`: (4, h, w, 3) uint8 in, (4, d) float32 out.

    Where what is pooled is shown it takes one image, and has a further output for each block of the layer.

    An EfficientNet-Lite is built from its weights, which takes about as long as reading a kept graph; any other
    network is converted by torch, once.

    Args:
        spec: A resolved backbone (its digest is known).
        layer: The layer that the graph ends in.
        cache: The cache folder.
        is_pooled: Whether it ends in features alone.

    Raises:
        BackboneError: The weights cannot be had, or there is no such layer.
        MissingExtraError: The graph is not in the cache, and torch is not installed.
    """
    if (lite := find_lite(spec)) is not None:
        weights = fit_arrays(spec, lite, find_arrays(spec, cache / "weights"))
        return build_lite(spec, lite, weights, layer, GRAPH_BATCH if is_pooled else 1, is_pooled=is_pooled)
    graph = _keep_graph(spec, layer, cache, is_pooled=is_pooled)
    return openvino_core().read_model(graph.xml, graph.bin)


def add_lite(ops: Any, pixels: Any, spec: BackboneSpec, *, layer: str, cache: Path) -> Any:
    """An EfficientNet-Lite's features as part of a graph.

    Args:
        ops: OpenVINO's operations, or others that have their names and arguments.
        pixels: (n, h, w, 3) uint8 in that graph.
        spec: A resolved backbone (its digest is known).
        layer: The layer to end in.
        cache: The cache folder.

    Returns:
        (n, d) float32 in that graph; None where it is another network.

    Raises:
        BackboneError: The weights cannot be had, or there is no such layer.
    """
    if (lite := find_lite(spec)) is None:
        return None
    weights = fit_arrays(spec, lite, find_arrays(spec, cache / "weights"))
    return lite_features(ops, pixels, spec, lite, weights, layer=layer)


def require_graph(spec: BackboneSpec, layer: str, cache: Path) -> None:
    """See that `open_graph` need not do without torch what only torch can.

    Raises:
        MissingExtraError: The graph is not in the cache, and torch is not installed.
    """
    if has_extra("torch") or find_lite(spec) is not None:
        return
    if kept_file(cache / "graphs", f"{_name(spec, layer)}/graph.json") is None:
        raise _missing_torch(spec)


def _missing_torch(spec: BackboneSpec) -> MissingExtraError:
    later = "; a later version will export classifiers that need none" if spec.weights.kind == "file" else ""
    return MissingExtraError(f"Converting {spec.name} for this machine (once{later})", "torch")


def _name(spec: BackboneSpec, layer: str, *, is_pooled: bool = True) -> str:
    """The name of a graph's folder."""
    network = [
        spec.identity,
        spec.digest,
        spec.image_size,
        spec.colour,
        spec.mean,
        spec.std,
        *(["standardised"] if spec.standardise else []),
        layer,
        LAYER_RULES_VERSION,
        *([] if is_pooled else ["with what is pooled"]),
    ]
    key = digest_bytes(json.dumps([GRAPH_VERSION, GRAPH_BATCH, import_openvino().__version__, *network]).encode())
    return key[:32]


def _find_kept(cache: Path, name: str) -> Graph | None:
    found = kept_file(cache / "graphs", f"{name}/graph.json")
    return None if found is None else _checked(found.parent)


def _keep_graph(spec: BackboneSpec, layer: str, cache: Path, *, is_pooled: bool) -> Graph:
    """The backbone's graph from the cache, converted first where it is not there.

    Where the cache cannot be written, the graph is kept for the time of this process.
    """
    name = _name(spec, layer, is_pooled=is_pooled)
    if (graph := _find_kept(cache, name)) is not None:
        return graph
    if not has_extra("torch"):
        raise _missing_torch(spec)
    try:
        return _kept(spec, layer, cache, cache / "graphs" / name, is_pooled=is_pooled)
    except OSError as error:
        note_unkept(cache, error)
    return _kept(spec, layer, cache, scratch_folder() / "graphs" / name, is_pooled=is_pooled)


def _kept(spec: BackboneSpec, layer: str, cache: Path, folder: Path, *, is_pooled: bool) -> Graph:
    """The graph, converted into a folder that appears in one rename."""
    aside = folder.with_name(f".{uuid.uuid4().hex}.tmp")
    aside.mkdir(parents=True)
    try:
        _convert(spec, layer, cache, aside, is_pooled=is_pooled)
        if _checked(folder) is None:  # else another process was faster; its graph is as good
            shutil.rmtree(folder, ignore_errors=True)
            _reveal(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Graph(folder / "graph.xml", folder / "graph.bin")


def _reveal(aside: Path, folder: Path) -> None:
    try:
        aside.rename(folder)
        sync_folder(folder.parent)
    except OSError:  # faster by an instant
        if _checked(folder) is None:
            raise


def _checked(folder: Path) -> Graph | None:
    """The graph in `folder` if it is whole."""
    graph = Graph(folder / "graph.xml", folder / "graph.bin")
    try:
        digests = json.loads((folder / "graph.json").read_bytes())
        whole = digests == {path.name: digest_file(path) for path in (graph.xml, graph.bin)}
    except (OSError, ValueError):
        return None
    return graph if whole else None


def _convert(spec: BackboneSpec, layer: str, cache: Path, folder: Path, *, is_pooled: bool) -> None:
    import torch

    from regraft.backbones.feature_network import MapNetwork, load_features

    features = load_features(spec, layer, cache)
    module = (features if is_pooled else MapNetwork(features)).eval()
    shape = (GRAPH_BATCH if is_pooled else 1, spec.image_size, spec.image_size, 3)
    # Under no_grad and before any inference_mode pass: timm's same-padding convolutions keep tensors.
    with torch.no_grad():
        program = torch.export.export(module, (torch.zeros(shape, dtype=torch.uint8),))
        model = import_converter().convert_model(program)
    model.reshape(list(shape))
    if not is_pooled:
        note_taps(model, features.taps)
    try:
        import_openvino().save_model(model, folder / "graph.xml", compress_to_fp16=False)
    except RuntimeError as error:  # so a full disk is told
        raise OSError(f"the converted network does not fit on the disk ({error})") from error
    names = ("graph.xml", "graph.bin")
    (folder / "graph.json").write_text(exact_json({name: digest_file(folder / name) for name in names}))
