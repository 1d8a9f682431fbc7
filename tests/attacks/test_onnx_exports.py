"""Hostile ONNX files are refused in a sentence, before ONNX Runtime sees them."""

from __future__ import annotations

import os
import re

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from hostile_descriptions import DESCRIPTIONS
from hostile_onnx import FILES, put
from regraft.core import BundleError
from regraft.exporting import formats, open_export
from regraft.exporting.description import SeenInput
from regraft.exporting.onnx_files import write_onnx
from regraft.exporting.resize_graph import build_resize
from regraft.exporting.vetting import ONNX_SEAL, sealed
from regraft.images import Transform

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path):
    """Where a file lies that is one."""
    return tmp_path / "classifier.onnx"


@pytest.fixture
def _unseen(monkeypatch):
    """ONNX Runtime must not see the file."""
    monkeypatch.setattr(formats, "OnnxRuntimeGraph", lambda *_given: pytest.fail("it is run"))


def written(model, place, change):
    """A file that was changed before it was sealed, as an attacker does."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    content = change(model)
    content = content if isinstance(content, bytes) else model.SerializeToString()
    place.write_bytes(sealed(content, ONNX_SEAL))


def test_the_file_that_all_are_made_from_is_used(good_model, place):
    """What the others differ from is no attack."""
    write_onnx(good_model, place)
    assert open_export(place).class_names == ("dark", "light")


@pytest.mark.usefixtures("_unseen")
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused(good_model, place, refused, name):
    """By what it asks for, though its seal is whole, and before anything runs it."""
    change, words = FILES[name]
    written(good_model, place, change)
    assert re.search(words, refused(place))


@pytest.mark.usefixtures("_unseen")
@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_file_that_describes_itself_otherwise_is_refused(good_model, place, refused, name):
    """What it says is held against what it is."""
    change, words = DESCRIPTIONS[name]

    def told(model):
        model.metadata_props[0].value = change(model.metadata_props[0].value)

    written(good_model, place, told)
    assert re.search(words, refused(place))


@pytest.mark.usefixtures("_unseen")
@pytest.mark.parametrize("share", [0.0, 1e-5, 0.01, 0.3, 0.5, 0.9, 0.999, 0.99999])
def test_a_file_that_is_cut_off_is_refused(good_model, place, refused, share):
    """Wherever it ends."""
    write_onnx(good_model, place)
    content = place.read_bytes()
    place.write_bytes(content[: int(share * len(content))])
    assert "does not end as exports" in refused(place)


@pytest.mark.usefixtures("_unseen")
@pytest.mark.parametrize("seed", range(8))
def test_a_flipped_byte_is_noticed(good_model, place, refused, seed):
    """Wherever it is: in weights, where the file stays a valid one, in names, in the seal."""
    write_onnx(good_model, place)
    rng, whole = np.random.default_rng(seed), place.read_bytes()
    for number in (*rng.integers(len(whole), size=20), *(len(whole) - 1 - rng.integers(100, size=5))):
        content = bytearray(whole)
        content[number] ^= int(rng.integers(1, 256))
        place.write_bytes(content)
        assert re.search("another digest|does not end as exports", refused(place))


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bytes_under_a_whole_seal_crash_nothing(good_model, place, seed):
    """Such a file is refused, or it is an export that says something else; whatever it is, nothing else happens."""
    rng, whole = np.random.default_rng(seed), good_model.SerializeToString()
    n_weights = max(len(one.raw_data) for one in good_model.graph.initializer)
    start = whole.index(max(good_model.graph.initializer, key=lambda one: len(one.raw_data)).raw_data)
    outside = [*range(start), *range(start + n_weights, len(whole))]
    for _ in range(25):
        content = bytearray(whole)
        for number in rng.choice(outside, size=3):
            content[number] ^= int(rng.integers(1, 256))
        place.write_bytes(sealed(bytes(content), ONNX_SEAL))
        try:
            open_export(place).compute([np.zeros((2, 28, 28, 3), np.uint8)])
        except BundleError as error:
            assert str(place) in str(error)  # noqa: PT017  # either way is right


def test_what_is_no_file_is_not_opened(good_model, place, refused, tmp_path):
    """A folder, a pipe that nobody writes to, a link, and a file of a terabyte that holds nothing."""
    place.mkdir()
    refused(place)
    place.rmdir()
    os.mkfifo(place)
    refused(place)
    place.unlink()
    write_onnx(good_model, tmp_path / "elsewhere.onnx")
    place.symlink_to(tmp_path / "elsewhere.onnx")
    refused(place)
    place.unlink()
    with place.open("wb") as file:
        file.truncate((1 << 31) - 1)
    assert "does not end as exports" in refused(place)
    with place.open("wb") as file:
        file.truncate(1 << 40)
    assert "larger than" in refused(place)


def lacks_room(model):
    """Somewhere in the graph for images of any size, a side is a million times as long."""
    graph = model.graph
    graph.initializer.append(numpy_helper.from_array(np.array([1, 1, 10**6]), "times"))
    reader = next(one for one in graph.node if "image" in one.input and one.op_type == "Transpose")
    reader.input[0] = "wide"
    graph.node.insert(0, helper.make_node("Tile", ["image", "times"], ["wide"]))


RESIZING = {
    "an operation of elsewhere": (lambda model: model.opset_import.add(domain="x", version=1), "code from elsewhere"),
    "pixels of another name": (
        put(lambda model: model.graph.input[0], name="picture"),
        "damaged|takes something else",
    ),
    "other pixels": (
        lambda model: model.CopyFrom(
            build_resize([SeenInput(name="pixels1", transform=Transform(height=9, width=9))], {})
        ),
        "gives something else",
    ),
    "no pixels at all": (
        lambda model: model.CopyFrom(build_resize([SeenInput(name="x", transform=Transform(height=28, width=28))], {})),
        "gives something else",
    ),
    "memory": (lacks_room, "at once"),
}


@pytest.mark.parametrize("name", RESIZING)
def test_a_hostile_graph_for_images_of_any_size_is_refused(good_model, place, name):
    """It lies beside the other one, and must make what that one takes."""
    write_onnx(good_model, place)
    opened = open_export(place)
    model = build_resize(opened.description.inputs, {})
    write_onnx(model, place.with_stem("any_size"))
    assert opened.open_resizing() is not None
    change, words = RESIZING[name]
    written(model, place.with_stem("any_size"), change)
    with pytest.raises(BundleError, match=words):
        opened.open_resizing()


CRASHES = ("memory by Expand", "deep protobuf", "memory by doubling", "thousands of sides", "a pickle")


@pytest.mark.parametrize("name", CRASHES)
def test_the_command_line_says_it_in_a_sentence(good_model, place, says_in_a_sentence, name):
    """`regraft predict` ends by itself, with the exit code of a damaged classifier and without a traceback."""
    written(good_model, place, FILES[name][0])
    says_in_a_sentence(place)
    assert [path.name for path in place.parent.iterdir()] == [place.name]
