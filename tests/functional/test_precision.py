from __future__ import annotations

import csv

import numpy as np
import pytest

import regraft
from regraft.backbones import cpu_has_bf16
from regraft.datasets import read_dataset

N_TEST = 656


@pytest.fixture
def cells(tmp_path):
    """A table of half of ELPV's solar cells: a quarter of all of them to learn from, a quarter to be tested with."""
    manifest = read_dataset("elpv")
    files, rows = manifest.files(), np.random.default_rng(0).permutation(len(manifest))[: 2 * N_TEST]
    sides = {row: "train" if place < N_TEST else "test" for place, row in enumerate(rows)}
    table = tmp_path / "cells.csv"
    with table.open("w", newline="") as file:
        lines = ((files[row], manifest.class_names[manifest.labels[row]], side) for row, side in sides.items())
        csv.writer(file).writerows([("path", "label", "split"), *lines])
    return table


@pytest.mark.slow
@pytest.mark.skipif(not cpu_has_bf16(), reason="this processor has no bf16")
def test_a_probe_is_as_good_with_either_precision(cells, tmp_path):
    """On real images (ELPV), bf16 features cost less than a point of accuracy against fp32 ones."""
    quick = {"layer": "penultimate", "image_size": 128, "n_strengths": 5}
    accuracies = [
        regraft.probe(cells, precision=precision, runs=tmp_path / precision, **quick).assessment.accuracy
        for precision in ("fp32", "bf16")
    ]
    assert accuracies[0].n == accuracies[1].n == N_TEST
    np.testing.assert_allclose(accuracies[0].value, accuracies[1].value, atol=0.01)
