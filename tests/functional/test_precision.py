from __future__ import annotations

import numpy as np
import pytest

import regraft
from regraft.backbones import cpu_has_bf16


@pytest.mark.slow
@pytest.mark.skipif(not cpu_has_bf16(), reason="this processor has no bf16")
def test_a_probe_is_as_good_with_either_precision(tmp_path):
    """On real images (ELPV), bf16 features cost less than a point of accuracy against fp32 ones."""
    accuracies = [
        regraft.probe("elpv", precision=precision, layer="penultimate", runs=tmp_path / precision).assessment.accuracy
        for precision in ("fp32", "bf16")
    ]
    assert accuracies[0].n == accuracies[1].n == 656
    np.testing.assert_allclose(accuracies[0].value, accuracies[1].value, atol=0.01)
