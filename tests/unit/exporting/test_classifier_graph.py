"""A classifier's graph says what the classifier says, whatever it is made of."""

from __future__ import annotations

import pytest

from regraft.backbones import openvino_core
from regraft.bundle import make_pictures
from regraft.exporting.answer_changes import AnswerLog
from regraft.exporting.classifier_graph import build_classifier, seen_inputs
from regraft.exporting.description import METADATA_KEY, read_description
from regraft.exporting.exported import ExportedClassifier
from regraft.exporting.openvino_files import convert
from regraft.exporting.parity import Trial, ask_bundle
from regraft.exporting.proof_images import ProofImages
from regraft.exporting.runtimes import OnnxRuntimeGraph, OpenVinoGraph
from regraft.exporting.seen_pixels import see_images

BATCHES = (1, 2, 3, 8, 32)
LITE0, LITE1 = "efficientnet-lite0", "efficientnet-lite1"
QUICK_SORTS = {"softmax": {}}
SLOW_SORTS = {
    "svm": {"kind": "svm", "temperature": 0.2},
    "first features alone": {"layer": "auto", "n_used": 1280},
    "energy": {"measure": "energy"},
    "temperature 1": {"temperature": 1.0},
    "rows as they are": {"is_row_normalised": False},
    "two classes": {"n_classes": 2},
    "all layers": {"layer": "auto"},
    "unread layers": {"layer": "auto", "n_used": 1280, "measure": "energy"},
    "maximum probability": {"measure": "maximum probability"},
    "views": {"views": ("plain", "mirrored", "upper left", "lower right, mirrored")},
    "joined": {"names": (LITE0, LITE1), "layer": "auto"},
    "beside a frozen one": {"names": (LITE0,), "frozen": (LITE1,)},
    "in torch": {"names": ("lenet",)},
    "grey, in torch, joined": {"names": ("lenet", LITE0)},
}
ALL_SORTS = [*QUICK_SORTS, *(pytest.param(sort, marks=pytest.mark.slow) for sort in SLOW_SORTS)]


def opened(model, runtime):
    """The graph in one of the runtimes."""
    if runtime == "onnx":
        return OnnxRuntimeGraph(model.SerializeToString(), "trial")
    texts = {one.key: one.value for one in model.metadata_props}
    return OpenVinoGraph(convert(model), "trial", texts)


@pytest.mark.parametrize("sort", ALL_SORTS)
def test_it_answers_like_the_classifier(make_classifier, tmp_path, sort):
    """Probabilities, strangeness, what is unknown and sets; by itself and in any batch; in both runtimes."""
    classifier = make_classifier(**(QUICK_SORTS | SLOW_SORTS)[sort])
    networks = classifier.all_networks
    inputs, views = seen_inputs(networks)
    model = build_classifier(classifier)
    for runtime in ("onnx", "openvino"):
        graph = opened(model, runtime)
        exported = ExportedClassifier(read_description(graph.metadata[METADATA_KEY], "trial"), graph, tmp_path)
        assert exported.description.inputs == inputs
        sizes = BATCHES if sort == "in torch" else (1, 3)
        trial = Trial(classifier, exported, views, AnswerLog(ProofImages(())), batch_sizes=sizes)
        pixels = see_images(inputs, make_pictures(3))
        trial.see_pixels(pixels, ["sea", "sun", "sand"], ask_bundle(classifier, views, pixels))
        found = trial.scores()
        assert found.failures == ()
        assert found.largest_difference < 1e-5
        assert found.n_images == 3


def test_each_part_of_an_image_is_taken_once(make_classifier):
    """A mirrored view is made of the one that it mirrors; a network that only tells strangers sees what is there."""
    classifier = make_classifier(views=("plain", "mirrored"), frozen=(LITE0,))
    networks = classifier.all_networks
    inputs, views = seen_inputs(networks)
    assert [one.name for one in inputs] == ["pixels1"]
    assert [[(one.place, one.is_mirrored) for one in part] for part in views] == [[(0, False), (0, True)], [(0, False)]]


@pytest.mark.slow
def test_a_network_of_several_views_is_there_once(make_classifier):
    """Its weights are not written again for each view."""
    one = build_classifier(make_classifier()).ByteSize()
    several = build_classifier(make_classifier(views=("plain", "mirrored", "upper left"))).ByteSize()
    assert several < 1.01 * one


@pytest.mark.slow
def test_layers_that_nothing_reads_are_left_out(make_classifier):
    """Where neither the head nor what tells strangers uses the features of earlier layers, these are not computed."""

    def n_operations(**sort):
        return len(build_classifier(make_classifier(**sort)).graph.node)

    pruned = n_operations(layer="auto", n_used=1280, measure="energy")
    assert pruned < n_operations(layer="auto", measure="energy")
    assert pruned < n_operations(layer="auto", n_used=1280)
    assert pruned <= n_operations(measure="energy") + 1


@pytest.mark.slow
def test_hostile_class_names_are_kept(make_classifier):
    """Whatever a folder can be called comes back as it was, from both formats."""
    classifier = make_classifier(n_classes=2)
    names = ('</texts><a b="', "\N{SNOWMAN}\n\x01]]>{}\\")
    record = classifier.record.model_copy(update={"class_names": names})
    model = build_classifier(
        type(classifier)(record, classifier.head, classifier.backbones, classifier.choice, classifier.cache)
    )
    for runtime in ("onnx", "openvino"):
        assert read_description(opened(model, runtime).metadata[METADATA_KEY], "trial").class_names == names
    assert openvino_core().read_model(model.SerializeToString())
