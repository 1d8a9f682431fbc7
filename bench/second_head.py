"""A second head on known images: the whole process, warm store, median of several runs.

python bench/second_head.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

N_RUNS = 5


def main() -> float:
    """Probe ELPV once to fill the store, then time the other head; returns the median in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        probe(folder, "softmax")
        seconds = [probe(folder, "svm") for _ in range(N_RUNS)]
        print(
            f"second head on ELPV (2,624 images), whole process: median {statistics.median(seconds):.2f} s of", end=" "
        )
        print(" ".join(f"{value:.2f}" for value in seconds))
        record = json.loads((Path(folder) / "elpv-probe-2" / "run.json").read_text())
        for stage, value in record["seconds"].items():
            print(f"  {stage:<14} {value:.2f} s")
    return statistics.median(seconds)


def probe(folder: str, head: str) -> float:
    """Seconds of one command, from its start to its end."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "regraft", "probe", "elpv", "--head", head, "--runs", folder]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
