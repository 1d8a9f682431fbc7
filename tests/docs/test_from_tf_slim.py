"""The page for those who come from TF-Slim says what is."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from regraft.slim import COMMON_FLAGS, PROGRAMS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "from-tf-slim.md").read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_programs_and_of_the_networks():
    """Make them again with: python docs/slim_tables.py."""
    spec = importlib.util.spec_from_file_location("slim_tables", DOCS / "slim_tables.py")
    tables = importlib.util.module_from_spec(spec)
    sys.modules["slim_tables"] = tables
    spec.loader.exec_module(tables)
    for name in tables.PAGES:
        text = (DOCS / name).read_text(encoding="utf-8")
        assert tables.with_tables(name, text) == text


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


def test_the_paths_and_options_that_are_named_exist():
    """Files below tests and docs, and native options."""
    from regraft.cli.application import build_app
    from regraft.recipes import EvaluateOptions, ExportOptions, FinetuneOptions, GetDatasetOptions

    for path in re.findall(r"`((?:tests|examples)/[\w/.]+)`", PAGE):
        assert (ROOT / path).is_file(), path
    options = {name.replace("_", "-") for kind in (FinetuneOptions, EvaluateOptions, ExportOptions, GetDatasetOptions)
               for name in kind.model_fields}  # fmt: skip
    flags = {flag.name for program in PROGRAMS.values() for flag in (*program.flags, *COMMON_FLAGS)}
    flags |= {f"no{name}" for name in flags} | {"help", "helpshort", "helpfull", "debug"}
    for name in set(re.findall(r"(?<![\w-])--([a-z][\w-]*)", PAGE)):
        assert name in options | flags | {"slim", "nproc-per-node"}, name
    assert build_app()["slim"]
