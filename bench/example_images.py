"""What examples/ writes and draws, for the scripts beside it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "traffic_signs"))
from digits import split_digits, write_digits
from signs import GROUPS, draw_signs

__all__ = ["GROUPS", "draw_signs", "split_digits", "write_digits"]
