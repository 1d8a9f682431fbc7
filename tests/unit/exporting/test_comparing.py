"""What is told of exports beside their bundle: labels, groups, other precisions, other decoders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from regraft.bundle import Judgement, make_pictures
from regraft.core import DataError, ExportError, SilentProgress
from regraft.data import Unreadable
from regraft.exporting.answer_changes import AnswerChange, AnswerLog
from regraft.exporting.claims import drop_doubt, drop_failures
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


@pytest.mark.slow
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
    assert (parity.answers.n_sets_changed, lowered.n_sets_changed) == (0, 6)
    assert lowered.n_changed == 6
    assert lowered.accuracy.value == pytest.approx(1 - lowered.reference.value)
    assert lowered.drop == pytest.approx(100 * (2 * lowered.reference.value - 1))
    assert (parity.files.n_images, parity.files.n_changed, parity.files.n_unreadable) == (6, 0, 0)
    (folder / "parity.json").write_text("{}")
    with pytest.raises(ExportError, match="is damaged"):
        compare_exports(classifier, [folder], proof, progress=SilentProgress())


@pytest.mark.slow
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
    answered, reference = Judgement(np.concatenate([same, other, same, other])), Judgement(np.repeat(same, 4, axis=0))
    is_changed = log.add([0, 1, 2, 3], answered, reference)
    change = log.change()
    assert is_changed.tolist() == [False, True, False, True]
    assert change.changed == ("b", "d")
    assert change.drop == 50
    assert change.n_sets_changed is None
    assert "without labels" in drop_failures(change, 0.5)[0]
    assert drop_failures(change, 50) == ()
    assert drop_failures(None, 50)


def log_of(n_images, n_lost, label=0, group=None):
    """Images of which all were right, and some are no more."""
    groups, measured = (group,) * n_images, np.full(n_images, label >= 0)
    log = AnswerLog(ProofImages((), (), ("a",) * n_images, np.full(n_images, label), groups, measured))
    right = np.tile([0.9, 0.1], (n_images, 1))
    now = right.copy()
    now[:n_lost] = [0.1, 0.9]
    log.add([*range(n_images)], Judgement(now, named=now > 0.5), Judgement(right, named=right > 0.05))
    return log.change()


def test_few_images_neither_prove_nor_exclude_a_drop():
    """Whether it is refused or kept: the interval is told, and that more images are needed."""
    (refused,) = drop_failures(log_of(40, 1), 0.5)
    assert "falls from 1.000" in refused
    assert "by -2.5 points (-" in refused
    assert "So few images do not exclude" in refused
    assert "In 8 bits accuracy on 40 images changes by +0.0 points (-" in drop_doubt(log_of(40, 0), 0.5)
    assert "0 of 40 images get another class (95 % interval 0.0 to 8.8)" in drop_doubt(log_of(40, 0, label=-1), 0.5)
    assert "So few images" in drop_failures(log_of(40, 1, label=-1), 0.5)[0]


def test_many_images_leave_no_doubt():
    """Nor does a drop that is refused need any, nor one that is allowed whatever it is."""
    for label in (0, -1):
        assert drop_doubt(log_of(1000, 0, label), 0.5) == ""
        assert "So few" not in drop_failures(log_of(1000, 50, label), 0.5)[0]
        assert drop_doubt(log_of(40, 1, label), 0.5) == ""
        assert drop_doubt(log_of(40, 1, label), 100) == ""
    assert drop_doubt(None, 0.5) == ""


def test_sets_that_change_are_counted_as_classes_are():
    """All of these name one class where the bundle names two; the bundle beside itself changes none."""
    change = log_of(5, 2)
    assert (change.n_changed, change.n_sets_changed) == (2, 5)
    assert change.of_reference().n_sets_changed == 0


def test_what_is_no_number_is_never_good_enough():
    """In another precision, too: whatever class it would be taken for."""
    log = AnswerLog(ProofImages((), (), ("a",), np.full(1, -1), (None,), np.zeros(1, np.bool_)))
    log.add([0], Judgement(np.array([[np.nan, np.nan]])), Judgement(np.array([[0.9, 0.1]])))
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
