"""Parts of a data set."""

from __future__ import annotations

import pytest

from regraft.data import parse_part, read_manifest, select_part


@pytest.fixture
def manifest(tmp_path):
    """Ten files in two folders; nobody looks into them."""
    for number in range(10):
        path = tmp_path / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes([number]))
    return read_manifest(tmp_path)


@pytest.mark.parametrize("n_parts", [1, 3, 4, 10, 13])
def test_parts_are_disjoint_neighbours_and_together_all(manifest, n_parts):
    """Each is a run of neighbours, all are of one size, give or take one image, and none is left out or twice there."""
    parts = [select_part(manifest, f"{number + 1}/{n_parts}") for number in range(n_parts)]
    assert tuple(path for part in parts for path in part.paths) == manifest.paths
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert all(part.class_names == manifest.class_names for part in parts)


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "-1/3", "1/3/3", " 1/3", "a/b", "", "1.0/3"])
def test_what_is_no_part_is_refused(text):
    """One sentence shows how it is written."""
    with pytest.raises(ValueError, match=r"2/8 is the second of eight parts"):
        parse_part(text)
