"""A classifier as one ONNX graph: pixels in; scores, probabilities, strangeness and sets out.

It computes what `bundle.Classifier.judge` does, in float32; `parity` proves that it does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.backbones import AUTO, PENULTIMATE, add_lite
from regraft.exporting.description import SeenInput, describe
from regraft.exporting.lite_operations import LiteOperations
from regraft.exporting.onnx_graph import OnnxGraph
from regraft.images import PLAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.bundle import Classifier
    from regraft.exporting.onnx_graph import Tensor
    from regraft.features import JoinedNetworks, TappedNetwork
    from regraft.heads import ClassGaussians, LinearHead, NoveltyDetector
    from regraft.images import Transform

N_ANY = "n"
_TINY = np.finfo(np.float32).tiny


@dataclass(frozen=True)
class View:
    """How a network looks at an image: at one of the graph's inputs, perhaps mirrored.

    Attributes:
        place: Of the input.
        is_mirrored: Left to right.
    """

    place: int
    is_mirrored: bool


def seen_inputs(networks: JoinedNetworks) -> tuple[tuple[SeenInput, ...], tuple[tuple[View, ...], ...]]:
    """What a graph has to be given: each part of an image at each size once.

    Args:
        networks: What is exported.

    Returns:
        The inputs, and for each network, the frozen ones last, its views of them.
    """
    seen: list[tuple[Transform, tuple[float, float, float, float]]] = []
    views = []
    for part in networks.every:
        found = []
        for view in part.views:
            is_whole = part.transform.policy == "letterbox"  # which promises that
            one = (part.transform, PLAIN.window if is_whole else view.window)
            if one not in seen:
                seen.append(one)
            found.append(View(seen.index(one), view.is_mirrored))
        views.append(tuple(found))
    inputs = (
        SeenInput(name=f"pixels{place + 1}", transform=transform, window=window)
        for place, (transform, window) in enumerate(seen)
    )
    return tuple(inputs), tuple(views)


def build_classifier(classifier: Classifier) -> Any:
    """A classifier's `onnx.ModelProto`.

    Args:
        classifier: The classifier. Its EfficientNet-Lites are built from their weights; any other network needs torch.

    Raises:
        BackboneError: A network's weights cannot be had.
        MissingExtraError: A network has to be converted, and torch is not installed.
    """
    networks = classifier.all_networks
    inputs, views = seen_inputs(networks)
    graph = OnnxGraph(classifier.record.name)
    pixels = [graph.input(one.name, np.uint8, (N_ANY, one.transform.height, one.transform.width, 3)) for one in inputs]
    read = _read_parts(classifier)
    rows = [
        _NetworkRow(graph, classifier, part).features(pixels, view)
        for part, view in zip((*read, *networks.frozen), views, strict=True)
    ]
    n_read = len(read)
    joined = _beside(graph, rows[:n_read], read)
    seen = _beside(graph, rows[n_read:], networks.frozen) if networks.frozen else joined
    outputs = _answer(graph, classifier, joined, seen)
    return graph.model(describe(classifier, inputs, outputs).metadata())


def _read_parts(classifier: Classifier) -> tuple[TappedNetwork, ...]:
    """The networks that the head reads, without layers that nothing reads: those before the last come behind it."""
    networks, novelty = classifier.all_networks, classifier.novelty
    is_seen_whole = novelty is not None and novelty.gaussians is not None and not networks.frozen
    if is_seen_whole or classifier.head.coef.shape[1] > sum(part.spec.n_features for part in networks.parts):
        return networks.parts
    return tuple(replace(part, layer=PENULTIMATE) if part.layer == AUTO else part for part in networks.parts)


@dataclass(frozen=True)
class _NetworkRow:
    """One network's features in a graph."""

    graph: OnnxGraph
    classifier: Classifier
    part: TappedNetwork

    def features(self, pixels: Sequence[Tensor], views: Sequence[View]) -> Tensor:
        """(n, d) of its views' mean: all of them are one batch, so that its weights are there once."""
        seen = [self._turned(pixels[view.place], view) for view in views]
        if len(seen) == 1:
            return self._of(seen[0])
        rows = self._of(self.graph.apply("Concat", *seen, axis=0, shape=seen[0].shape))
        total = self.graph.apply("Sum", *self.graph.split(rows, len(seen)))
        return self.graph.apply("Div", total, np.float32(len(seen)))

    def _turned(self, pixels: Tensor, view: View) -> Tensor:
        if not view.is_mirrored:
            return pixels
        ends = (self.graph.integers(one) for one in (-1, np.iinfo(np.int64).min, 2, -1))
        return self.graph.apply("Slice", pixels, *ends, shape=pixels.shape)

    def _of(self, pixels: Tensor) -> Tensor:
        spec, layer, cache = self.part.spec, self.part.layer, self.classifier.cache
        features: Tensor | None = add_lite(LiteOperations(self.graph), pixels, spec, layer=layer, cache=cache)
        if features is not None:
            return features
        from regraft.exporting.torch_networks import add_converted

        return add_converted(self.graph, pixels, spec, layer=layer, cache=cache)


def _beside(graph: OnnxGraph, rows: Sequence[Tensor], parts: Sequence[TappedNetwork]) -> Tensor:
    """Networks' rows scaled and joined (`features.JoinedNetworks`)."""
    if len(rows) == 1:
        return rows[0]
    heads, others = [], []
    for row, part in zip(rows, parts, strict=True):
        width = part.spec.n_features
        scaled = graph.apply("Div", row, _length(graph, _columns(graph, row, 0, width)))
        heads.append(_columns(graph, scaled, 0, width))
        others.append(_columns(graph, scaled, width, np.iinfo(np.int64).max))
    return graph.apply("Concat", *heads, *others, axis=1)


def _columns(graph: OnnxGraph, rows: Tensor, first: int, end: int) -> Tensor:
    return graph.apply("Slice", rows, graph.integers(first), graph.integers(end), graph.integers(1))


def _length(graph: OnnxGraph, rows: Tensor) -> Tensor:
    """(n, 1) Euclidean lengths, never 0."""
    return graph.apply("Max", graph.apply("ReduceL2", rows, graph.integers(1), keepdims=1), np.float32(_TINY))


def _answer(graph: OnnxGraph, classifier: Classifier, read: Tensor, seen: Tensor) -> tuple[str, ...]:
    """Everything that the classifier says of features; the outputs' names."""
    n_classes = len(classifier.class_names)
    scores = _scores(graph, classifier.head, read)
    temperature = np.float32(classifier.head.temperature)
    calibrated = scores if temperature == 1 else graph.apply("Div", scores, temperature)
    probabilities = graph.apply("Softmax", calibrated, axis=1)
    found: dict[str, tuple[Tensor, Any, tuple[Any, ...]]] = {
        "scores": (scores, np.float32, (N_ANY, n_classes)),
        "probabilities": (probabilities, np.float32, (N_ANY, n_classes)),
    }
    if classifier.novelty is not None:
        novelty = _novelty(graph, classifier.novelty, seen, calibrated)
        unknown = graph.apply("Greater", novelty, np.float32(classifier.novelty.threshold.value))
        found |= {"novelty": (novelty, np.float32, (N_ANY,)), "unknown": (unknown, np.bool_, (N_ANY,))}
    if classifier.sets is not None:
        missing = graph.apply("Sub", np.float32(1), probabilities)
        named = graph.apply("LessOrEqual", missing, np.float32(classifier.sets.threshold.value))
        best = graph.apply("ReduceMax", probabilities, graph.integers(1), keepdims=1)
        found["set"] = (
            graph.apply("Or", named, graph.apply("Equal", probabilities, best)),
            np.bool_,
            (N_ANY, n_classes),
        )
    for name, (tensor, dtype, shape) in found.items():
        graph.output(name, tensor, dtype, shape)
    return tuple(found)


def _scores(graph: OnnxGraph, head: LinearHead, read: Tensor) -> Tensor:
    n_used = head.coef.shape[1]
    used = read if n_used == head.n_inputs else _columns(graph, read, 0, n_used)
    rows = graph.apply("Div", used, _length(graph, used)) if head.is_row_normalised else used
    return graph.apply("Gemm", rows, np.ascontiguousarray(head.coef.T), head.intercept)


def _novelty(graph: OnnxGraph, detector: NoveltyDetector, seen: Tensor, calibrated: Tensor) -> Tensor:
    """(n,) how strange images look (`heads.measure_novelty`)."""
    if detector.gaussians is not None:
        return _distances(graph, detector.gaussians, seen)
    log_total = graph.apply("ReduceLogSumExp", calibrated, graph.integers(1), keepdims=0)
    if detector.measure == "energy":
        return graph.apply("Neg", log_total)
    return graph.apply("Sub", log_total, graph.apply("ReduceMax", calibrated, graph.integers(1), keepdims=0))


def _distances(graph: OnnxGraph, gaussians: ClassGaussians, seen: Tensor) -> Tensor:
    """Relative Mahalanobis distances.

    What lies outside of the basis is computed as what is left of a row, not as a difference of two squares: in float32
    little would be left of that.
    """
    rows = graph.apply("Sub", graph.apply("Div", seen, _length(graph, seen)), gaussians.centre)
    inside = graph.apply("MatMul", rows, gaussians.basis)
    left = graph.apply("Sub", rows, graph.apply("MatMul", inside, np.ascontiguousarray(gaussians.basis.T)))
    outside = graph.apply("ReduceSumSquare", left, graph.integers(1), keepdims=0)
    places = graph.apply("MatMul", inside, gaussians.turn)
    squares = graph.apply("Mul", places, places)
    means = gaussians.means.astype(np.float64)
    to_classes = graph.apply(
        "Gemm", places, np.ascontiguousarray(-2 * means.T).astype(np.float32), (means**2).sum(axis=1).astype(np.float32)
    )
    nearest = graph.apply("ReduceMin", to_classes, graph.integers(1), keepdims=0)
    own = graph.apply("ReduceSum", graph.apply("Mul", squares, 1 - gaussians.background), graph.integers(1), keepdims=0)
    return graph.apply("Sum", nearest, own, graph.apply("Mul", outside, np.float32(gaussians.rest_weight)))
