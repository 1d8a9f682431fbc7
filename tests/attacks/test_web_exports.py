"""Hostile scripts beside an export's page are refused in a sentence; they are read, never executed."""

from __future__ import annotations

import pytest

from regraft.exporting import formats
from regraft.exporting.vetting import ONNX_SEAL, sealed
from regraft.exporting.web_files import pack

pytestmark = pytest.mark.slow
OPENING = b'(globalThis.regraftFiles ??= {})["classifier"] = "'
SCRIPTS = {
    "another script": (b"alert(1);\n", "does not hold one text"),
    "a second statement": (OPENING + b'AAAA"; alert(1); "";\n', "is no base64"),
    "another name": (OPENING.replace(b"classifier", b"any_size") + b'AAAA";\n', "does not hold one text"),
    "cut off": (OPENING + b"AAAA", "does not hold one text"),
    "odd letters": (OPENING + b'A\xff\x00A";\n', "is no base64"),
    "nothing": (b"", "does not hold one text"),
    "no graph": (OPENING + b'AAAA";\n', "another digest"),
}


@pytest.fixture(autouse=True)
def _unseen(monkeypatch):
    """ONNX Runtime must not see the file."""
    monkeypatch.setattr(formats, "OnnxRuntimeGraph", lambda *_given: pytest.fail("it is run"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_hostile_script_is_refused(tmp_path, refused, name):
    """Whatever is no text alone, and a text that is no sealed graph."""
    content, words = SCRIPTS[name]
    place = tmp_path / "classifier.js"
    place.write_bytes(content)
    assert words in refused(place)


def test_a_graph_is_looked_through_as_elsewhere(good_model, tmp_path, refused):
    """A whole seal is no pass."""
    place = tmp_path / "classifier.js"
    good_model.opset_import[0].version = 99
    pack(sealed(good_model.SerializeToString(), ONNX_SEAL), place)
    assert "operations of version 99" in refused(place)


def test_links_are_not_followed(tmp_path, refused):
    """Where a script should be there is a file."""
    (tmp_path / "elsewhere").write_bytes(OPENING)
    (tmp_path / "classifier.js").symlink_to(tmp_path / "elsewhere")
    assert "no plain file" in refused(tmp_path / "classifier.js")
