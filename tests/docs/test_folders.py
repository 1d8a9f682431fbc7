"""docs/folders.md: its table of layouts is read as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regraft.data import read_manifest

PAGE = (Path(__file__).parents[2] / "docs" / "folders.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:4] for line in PAGE.splitlines() if line.startswith("| `")]
CODE = re.compile(r"`([^`]+)`")


def test_the_page_has_a_table():
    """The table has all of its rows."""
    assert len(ROWS) >= 14


@pytest.mark.parametrize(("folders", "meaning", "remarks"), ROWS, ids=[row[0].strip() for row in ROWS])
def test_a_layout_is_read_as_the_page_says(tmp_path, folders, meaning, remarks):
    """Each row's images get the splits and classes that it states, or are left out, with these remarks and no other."""
    paths = CODE.findall(folders)
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    manifest = read_manifest(tmp_path)
    stated = [said.strip("`") for said in re.findall(r"`[^`]+`|left out", meaning)]
    found = {
        path: f"{split}: {manifest.class_names[label]}" if split else manifest.class_names[label]
        for path, split, label in zip(manifest.paths, manifest.splits, manifest.labels.tolist(), strict=True)
    }
    assert [found.get(path, "left out") for path in paths] == stated
    assert {remark.code for remark in manifest.remarks} == set(filter(None, re.split(r"[, ]+", remarks)))
