"""Hostile OpenVINO files are refused in a sentence: most before OpenVINO reads them, all before it runs them."""

from __future__ import annotations

import html
import os
import re

import numpy as np
import pytest

from hostile_descriptions import DESCRIPTIONS
from hostile_openvino import FILES
from regraft.core import BundleError, digest_file
from regraft.exporting import formats, open_export
from regraft.exporting.openvino_files import convert, write_openvino
from regraft.exporting.vetting import XML_SEAL, sealed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def good_files(good_model, tmp_path_factory):
    """A real `.xml` with its seal, and its `.bin`."""
    place = tmp_path_factory.mktemp("openvino") / "classifier.xml"
    write_openvino(convert(good_model), place)
    return place.read_bytes(), place.with_suffix(".bin").read_bytes()


@pytest.fixture
def place(tmp_path, good_files):
    """Where they lie."""
    place = tmp_path / "classifier.xml"
    for path, content in zip((place, place.with_suffix(".bin")), good_files, strict=True):
        path.write_bytes(content)
    return place


@pytest.fixture
def _unseen(monkeypatch):
    """OpenVINO must not run the file."""
    monkeypatch.setattr(formats, "OpenVinoGraph", lambda *_given: pytest.fail("it is run"))


def change_sealed(place, change):
    """Files that were changed before they were sealed, as an attacker does."""
    weights = place.with_suffix(".bin")
    xml = place.read_bytes().partition(XML_SEAL[0])[0].decode()
    xml, numbers = change(xml, weights.read_bytes())
    weights.write_bytes(numbers)
    content = xml if isinstance(xml, bytes) else xml.encode()
    place.write_bytes(sealed(content, XML_SEAL, digest_file(weights)))


def test_the_file_that_all_are_made_from_is_used(place):
    """What the others differ from is no attack, and neither is its seal made anew."""
    change_sealed(place, lambda xml, weights: (xml, weights))
    assert open_export(place).class_names == ("dark", "light")


@pytest.mark.usefixtures("_unseen")
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused(place, refused, name):
    """By what it asks for, though its seal is whole."""
    change, words = FILES[name]
    change_sealed(place, change)
    assert re.search(words, refused(place))


@pytest.mark.usefixtures("_unseen")
@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_file_that_describes_itself_otherwise_is_refused(place, refused, name):
    """What it says is held against what it is."""
    change, words = DESCRIPTIONS[name]

    def told(xml, weights):
        before, found, behind = re.split(r'(?<=<regraft value=")([^"]*)(?=" />\s*</texts>)', xml)
        return before + html.escape(change(html.unescape(found))) + behind, weights

    change_sealed(place, told)
    assert re.search(words, refused(place))


@pytest.mark.usefixtures("_unseen")
@pytest.mark.parametrize("suffix", [".xml", ".bin"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(place, refused, suffix, share):
    """Wherever either ends; missing ones are named."""
    path = place.with_suffix(suffix)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert re.search("does not end as exports|another digest", refused(place))
    path.unlink()
    assert re.search("There is no export|missing, or no plain file", refused(place))


@pytest.mark.usefixtures("_unseen")
@pytest.mark.parametrize("suffix", [".xml", ".bin"])
@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_byte_is_noticed(place, refused, suffix, seed):
    """Wherever it is: in weights, where the files stay valid ones, in names, in the seal."""
    path = place.with_suffix(suffix)
    rng, whole = np.random.default_rng(seed), path.read_bytes()
    for number in (*rng.integers(len(whole), size=20), *(len(whole) - 1 - rng.integers(80, size=5))):
        content = bytearray(whole)
        content[number] ^= int(rng.integers(1, 256))
        path.write_bytes(content)
        assert re.search("another digest|does not end as exports", refused(place))


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bytes_under_a_whole_seal_crash_nothing(place, good_files, seed):
    """Such a file is refused, or it is an export that says something else; whatever it is, nothing else happens."""
    rng, whole = np.random.default_rng(seed), good_files[0].partition(XML_SEAL[0])[0]
    digest = digest_file(place.with_suffix(".bin"))
    for _ in range(25):
        content = bytearray(whole)
        for number in rng.choice(len(content), size=3):
            content[number] ^= int(rng.integers(1, 256))
        place.write_bytes(sealed(bytes(content), XML_SEAL, digest))
        try:
            open_export(place).compute([np.zeros((2, 28, 28, 3), np.uint8)])
        except BundleError as error:
            assert str(place) in str(error)  # noqa: PT017  # either way is right


@pytest.mark.parametrize("suffix", [".xml", ".bin"])
def test_what_is_no_file_is_not_opened(place, refused, tmp_path, suffix):
    """A folder, a pipe that nobody writes to, a link, and files of gigabytes that hold nothing."""
    path = place.with_suffix(suffix)
    whole = path.read_bytes()
    path.unlink()
    path.mkdir()
    refused(place)
    path.rmdir()
    os.mkfifo(path)
    refused(place)
    path.unlink()
    (tmp_path / "elsewhere").write_bytes(whole)
    path.symlink_to(tmp_path / "elsewhere")
    assert "no plain file" in refused(place)
    path.unlink()
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert "larger than" in refused(place)


CRASHES = (
    "a constant around all numbers",
    "a circle",
    "deep elements",
    "numbers for a shape without end",
    "an extension's operation",
    "a pickle",
)


@pytest.mark.parametrize("name", CRASHES)
def test_the_command_line_says_it_in_a_sentence(place, says_in_a_sentence, name):
    """`regraft predict` ends by itself, with the exit code of a damaged classifier and without a traceback."""
    change_sealed(place, FILES[name][0])
    says_in_a_sentence(place)
    assert {path.name for path in place.parent.iterdir()} == {"classifier.xml", "classifier.bin"}
