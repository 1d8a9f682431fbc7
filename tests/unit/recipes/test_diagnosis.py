"""What `doctor` finds missing."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("regraft.images._resample", "Images are resized at a quarter of the speed"),
        ("regraft.finetuning._depthwise", "Depthwise convolutions are trained at a fraction of the speed"),
    ],
)
def test_compiled_loops_that_were_not_built_are_missed(missing, sentence):
    """Each of the two extensions is named where it is not there, with what it costs and what to do."""
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "import regraft\n"
        "print('\\n'.join(regraft.doctor().problems))\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert sentence in done.stdout
    assert "Install one, then Regraft again." in done.stdout
    assert done.stdout.endswith("False\n"), "doctor needs no torch"
