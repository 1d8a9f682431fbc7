"""What is told of exports beside their bundle: labels, groups, other precisions, other decoders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from regraft.bundle import make_pictures
from regraft.core import DataError, ExportError, SilentProgress
from regraft.data import Unreadable
from regraft.exporting.answer_changes import AnswerChange, AnswerLog
from regraft.exporting.claims import drop_failures
from regraft.exporting.classifier_graph import build_classifier, seen_inputs
from regraft.exporting.comparing import compare_exports
from regraft.exporting.foreign_files import decode_elsewhere
from regraft.exporting.formats import write_graphs
from regraft.exporting.proof_images import ProofImages
from regraft.exporting.resize_graph import build_resize
from regraft.images import read_whole

N_IMAGES = 6


@pytest.fixture
def classifier(make_classifier):
    """Of a small network."""
    return make_classifier(names=("efficientnet-lite0",), n_classes=2)


@pytest.fixture
def files(tmp_path):
    """Pictures, with a photograph's turn in one of them."""
    paths = []
    for number, image in enumerate(make_pictures(N_IMAGES)):
        exif = Image.Exif()
        exif[274] = 6 if number == 0 else 1
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(image).save(paths[-1], exif=exif)
    return tuple(paths)


def proof_of(classifier, files, labels):
    """Golden inputs of nothing, and labelled images, two of which show one thing."""
    inputs, _views = seen_inputs(classifier.all_networks)
    golden = tuple(np.zeros((2, one.transform.height, one.transform.width, 3), np.uint8) for one in inputs)
    return ProofImages(
        golden, files, tuple(path.name for path in files), np.array(labels),
        ("one", "one", *(None for _ in files[2:])), np.array(labels) >= 0,
    )  # fmt: skip


def test_another_precision_is_seen_beside(classifier, files, tmp_path):
    """How many answers change, and what that does to accuracy where there are labels; the export's own change none."""
    folder = tmp_path / "export"
    folder.mkdir()
    inputs, _views = seen_inputs(classifier.all_networks)
    graphs = {"classifier": build_classifier(classifier), "any_size": build_resize(inputs, {})}
    assert [*write_graphs("onnx", graphs, folder)] == ["classifier.onnx", "any_size.onnx", "classify.py"]
    turned = replace(classifier, head=replace(classifier.head, coef=-classifier.head.coef))
    lost = Unreadable(path="shard#3", reason="truncated", detail="cut off")
    proof = replace(proof_of(classifier, files, [0, 1, 0, 1, 0, -1]), damaged=(lost,))
    (parity,), lowered = compare_exports(
        classifier, [folder], proof, progress=SilentProgress(), max_drop=1.0, lowered=turned
    )
    assert parity.failures == ()
    assert parity.unreadable == (lost,)
    assert parity.answers.n_changed == 0
    assert parity.answers.accuracy == parity.answers.reference == lowered.reference
    assert (parity.answers.n_images, parity.answers.n_measured, parity.answers.accuracy.n_groups) == (6, 5, 4)
    assert lowered.n_changed == 6
    assert lowered.accuracy.value == pytest.approx(1 - lowered.reference.value)
    assert lowered.drop == pytest.approx(100 * (2 * lowered.reference.value - 1))
    assert (parity.files.n_images, parity.files.n_changed, parity.files.n_unreadable) == (6, 0, 0)
    (folder / "parity.json").write_text("{}")
    with pytest.raises(ExportError, match="is damaged"):
        compare_exports(classifier, [folder], proof, progress=SilentProgress())


def test_images_that_nobody_can_read_prove_nothing(classifier, files, tmp_path):
    """They are told in a sentence."""
    folder = tmp_path / "export"
    folder.mkdir()
    list(write_graphs("onnx", {"classifier": build_classifier(classifier)}, folder))
    for path in files:
        path.write_bytes(b"no picture")
    with pytest.raises(DataError, match="None of 6 images"):
        compare_exports(classifier, [folder], proof_of(classifier, files, [0] * 6), progress=SilentProgress())


def test_without_labels_changed_answers_bound_the_drop():
    """Two of four changed: no more than half of the accuracy can be lost."""
    log = AnswerLog(ProofImages((), (), ("a", "b", "c", "d"), np.full(4, -1), (None,) * 4, np.zeros(4, np.bool_)))
    same, other = np.array([[0.9, 0.1]]), np.array([[0.1, 0.9]])
    is_changed = log.add([0, 1, 2, 3], np.concatenate([same, other, same, other]), np.repeat(same, 4, axis=0))
    change = log.change()
    assert is_changed.tolist() == [False, True, False, True]
    assert change.changed == ("b", "d")
    assert change.drop == 50
    assert "without labels" in drop_failures(change, 0.5)[0]
    assert drop_failures(change, 50) == ()
    assert drop_failures(None, 50)


def test_what_is_no_number_is_never_good_enough():
    """In another precision, too: whatever class it would be taken for."""
    log = AnswerLog(ProofImages((), (), ("a",), np.full(1, -1), (None,), np.zeros(1, np.bool_)))
    log.add([0], np.array([[np.nan, np.nan]]), np.array([[0.9, 0.1]]))
    assert log.change().drop == 0
    assert "no numbers" in drop_failures(log.change(), 100)[0]


def test_nothing_seen_changes_nothing():
    """No images, no change to tell."""
    assert AnswerLog(ProofImages(())).change() is None
    assert AnswerChange(n_images=0, n_changed=0, changed=(), largest_difference=0, n_measured=0).drop == 0


def test_another_decoder_turns_photos_and_lays_them_over_white(files, tmp_path):
    """As the scripts beside exports do; what it cannot read is None."""
    upright, turned = np.asarray(Image.open(files[0])), decode_elsewhere(files[0])
    assert np.array_equal(turned, np.rot90(upright, -1))
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (3, 2), (9, 9, 9, 0)).save(clear)
    assert decode_elsewhere(clear).tolist() == [[[255] * 3] * 3] * 2
    clear.write_bytes(b"no picture")
    assert decode_elsewhere(clear) is None
    exif = Image.Exif()
    exif[274], exif[271] = 6, "a maker"
    broken = tmp_path / "broken.jpg"
    Image.new("RGB", (4, 3)).save(broken, exif=exif)
    as_another_tag = broken.read_bytes().replace(b"\x01\x0f\x00\x02", b"\x01\x03\x00\x02")
    broken.write_bytes(as_another_tag)  # a text where a number should be: Pillow cannot write it again
    assert read_whole(broken).shape == (4, 3, 3)
    assert decode_elsewhere(broken) is None
