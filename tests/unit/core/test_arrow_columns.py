"""Columns of tables are what pyarrow itself would make of the same values, and cost no pandas."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from regraft.core import number_column, text_column

KNOWN = np.array([True, False, True] * 5)
WRITE = """
import sys
from pathlib import Path
import numpy as np
from regraft.evaluation import Predictions

answers = Predictions(("a", "b"), np.array([0, -1]), np.array([[1, 0], [0, 1.0]]), ("x", "y"), ("g", None))
answers.write_parquet(Path(sys.argv[1]))
print(*sorted({"pandas", "pyarrow.dataset", "pyarrow.compute"} & sys.modules.keys()))
"""


@pytest.mark.parametrize("dtype", ["bool", "int32", "int64", "float32", "float64"])
def test_numbers_are_as_pyarrow_makes_them(dtype):
    """Also in part of an array, with and without nulls."""
    numbers = np.arange(30).astype(dtype)[::2]
    for known in (None, KNOWN, np.ones(15, np.bool_), np.zeros(15, np.bool_)):
        made = number_column(numbers, known)
        made.validate(full=True)
        expected = pa.array(np.ascontiguousarray(numbers), mask=None if known is None else ~known)
        assert made.equals(expected)
        assert made.type == expected.type
        assert made.null_count == expected.null_count


@pytest.mark.parametrize("texts", [[], [None], ["", "a", None, "Bär 🐻", "b" * 1000]])
def test_text_is_as_pyarrow_makes_it(texts):
    """Empty text is no null, and characters may have many bytes."""
    made = text_column(texts)
    made.validate(full=True)
    assert made.equals(pa.array(texts, pa.string()))
    assert made.null_count == texts.count(None)


def test_predictions_are_kept_without_pandas(tmp_path):
    """It is installed here, and takes longer to import than a small probe takes to report."""
    command = [sys.executable, "-c", WRITE, tmp_path / "predictions.parquet"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "\n"
