"""The page for those who come from TF-Slim says what is."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "from-tf-slim.md").read_text(encoding="utf-8")


def test_the_tables_of_flags_are_those_of_the_programs():
    """Make them again with: python docs/slim_tables.py."""
    spec = importlib.util.spec_from_file_location("slim_tables", DOCS / "slim_tables.py")
    tables = importlib.util.module_from_spec(spec)
    sys.modules["slim_tables"] = tables
    spec.loader.exec_module(tables)
    assert tables.with_tables(PAGE) == PAGE


def test_every_row_ends_in_a_word():
    """Done, done better or not; what is not done says why, what is done better says how."""
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("|") and "---" not in line]
    words = [[cell.strip() for cell in row] for row in rows]
    judged = [cells for cells in words if {"done", "done better", "not"} & set(cells)]
    headers = len(re.findall(r"^\|---", PAGE, flags=re.MULTILINE))
    assert len(judged) == len(words) - headers
    for cells in judged:
        assert cells[-1], cells


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", PAGE))))
def test_the_tests_that_are_named_exist(name):
    """Each promise of TF-Slim's README has the test that runs it."""
    assert f"def {name}(" in (ROOT / "tests" / "functional" / "test_slim.py").read_text(encoding="utf-8")
