"""A graph is looked through once on a machine; what is refused is refused again."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from regraft.core import CACHE_VARIABLE, BundleError
from regraft.exporting.vetting import looked_through
from regraft.exporting.vetting.looked_through import signature_of
from regraft.exporting.vetting.signatures import CLASSIFYING, RESIZING, Port, Signature

SIGNATURE = Signature({"pixels1": Port("uint8", (None, 8, 8, 3))}, {"scores": Port("float32", (32, 2))}, {"a": "b"})


class Looks:
    def __init__(self):
        self.n = 0

    def __len__(self):
        return self.n

    def see(self):
        self.n += 1
        return SIGNATURE


@pytest.fixture
def looks(tmp_path, monkeypatch):
    """Counts how often something is looked through."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    return Looks()


def test_the_same_bytes_are_looked_through_once(looks):
    """Other bytes, and other sizes to foresee, are looked through, too."""
    assert signature_of(b"graph", CLASSIFYING, looks.see) == SIGNATURE
    assert signature_of(b"graph", CLASSIFYING, looks.see) == SIGNATURE
    assert len(looks) == 1
    signature_of(b"graph", RESIZING, looks.see)
    signature_of(b"other", CLASSIFYING, looks.see)
    assert len(looks) == 3


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"inputs": {"a": 1}}', b'{"inputs": {}, "outputs": 3}', b"\xff"]
)
def test_what_is_damaged_there_is_looked_through_again(looks, tmp_path, damage):
    """Whatever lies in the cache."""
    signature_of(b"graph", CLASSIFYING, looks.see)
    (kept,) = (tmp_path / "exports").iterdir()
    kept.write_bytes(damage)
    assert signature_of(b"graph", CLASSIFYING, looks.see) == SIGNATURE
    assert len(looks) == 2
    assert signature_of(b"graph", CLASSIFYING, looks.see) == SIGNATURE
    assert len(looks) == 2


@pytest.mark.usefixtures("looks")
def test_what_is_refused_is_not_remembered():
    """It is refused as often as it comes."""

    def refuse():
        raise BundleError("No.")

    for _ in range(2):
        with pytest.raises(BundleError):
            signature_of(b"graph", CLASSIFYING, refuse)


def test_a_cache_that_cannot_be_written_does_not_matter(looks, tmp_path):
    """The graph is looked through each time."""
    (tmp_path / "exports").write_bytes(b"in the way")
    for n_looks in (1, 2):
        assert signature_of(b"graph", CLASSIFYING, looks.see) == SIGNATURE
        assert len(looks) == n_looks


def write_at(folder, times):
    """Files of a hundred bytes each, last written at these seconds."""
    folder.mkdir(exist_ok=True)
    for name, time in times.items():
        (folder / name).write_bytes(bytes(100))
        os.utime(folder / name, (time, time))


@pytest.mark.parametrize(("limit", "value"), [("_N_KEPT_MAX", 3), ("_N_BYTES_MAX", 400)])
def test_the_oldest_are_forgotten(looks, tmp_path, monkeypatch, limit, value):
    """By their number as by their size; halves that a killed process left behind, too."""
    folder = tmp_path / "exports"
    write_at(folder, {"c.json": 3, ".left.tmp.json": 1, "e.json": 5, "a.json": 0, "d.json": 4, "b.json": 2})
    monkeypatch.setattr(looked_through, limit, value)
    signature_of(b"graph", CLASSIFYING, looks.see)
    kept = {path.name for path in folder.iterdir()}
    assert {"d.json", "e.json"} < kept
    assert not {".left.tmp.json", "a.json", "b.json"} & kept
    assert signature_of(b"graph", CLASSIFYING, looks.see) == SIGNATURE
    assert len(looks) == 1


def test_several_forget_at_once(looks, tmp_path, monkeypatch):
    """Nobody minds that another one was faster; all get their answer, and no more than what is allowed stays."""
    monkeypatch.setattr(looked_through, "_N_KEPT_MAX", 2)
    write_at(tmp_path / "exports", {f"{number}.json": number for number in range(50)})
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(lambda row: signature_of(bytes([row]), CLASSIFYING, looks.see), range(40))]
    assert found == [SIGNATURE] * 40
    signature_of(b"last", CLASSIFYING, looks.see)
    assert len([*(tmp_path / "exports").iterdir()]) == 2
