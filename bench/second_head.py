"""A second head on known images: the whole process, warm store, median of several runs.

python bench/second_head.py             # ELPV; half a minute
python bench/second_head.py --quick     # 16 photos, once
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

from photos import write_photos
from rounds import REGRAFT, new_parser, run_process

N_RUNS = 5


def main() -> None:
    """Measure ELPV, or some photos."""
    if not new_parser(__doc__).parse_args().quick:
        measure("elpv", N_RUNS)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder), n_photos=16, width=64, height=48)
        measure(folder, 1, "--n-strengths", "3")


def measure(source: str, n_runs: int, *options: str) -> float:
    """Probe once to fill the store, then time the other head; prints and returns the median in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        probe = (*REGRAFT, "probe", source, "--runs", folder, *options)
        run_process(*probe)
        seconds = [run_process(*probe, "--head", "svm").seconds for _ in range(n_runs)]
        newest = max(Path(folder).glob("*/run.json"), key=lambda path: path.stat().st_mtime_ns)
        stages = json.loads(newest.read_text(encoding="utf-8"))["seconds"]
    found = statistics.median(seconds)
    rounds = " ".join(f"{value:.2f}" for value in seconds)
    print(f"second head on {Path(source).name}, whole process: median {found:.2f} s of {rounds}")
    for stage, value in stages.items():
        print(f"  {stage:<14} {value:.2f} s")
    return found


if __name__ == "__main__":
    main()
