"""How fast the program answers: `regraft --help`, `import regraft`, and a warm prediction of one image.

python bench/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from photos import write_photos

N_RUNS = 9
IMPORT = "import regraft, sys; assert not {'torch', 'sklearn', 'openvino', 'numpy'} & set(sys.modules)"


def main() -> float:
    """Time three commands; returns the median of `regraft --help` in seconds."""
    overview = measure("regraft --help", [sys.executable, "-m", "regraft", "--help"])
    measure("import regraft (no torch)", [sys.executable, "-c", IMPORT])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        photos = write_photos(folder / "photos", n_photos=40, width=500, height=375)
        command = [sys.executable, "-m", "regraft"]
        subprocess.run([*command, "probe", str(folder / "photos"), "--runs", scratch], check=True, capture_output=True)
        measure("regraft predict, one image, warm", [*command, "predict", f"{scratch}/photos-probe", str(photos[0])])
    return overview


def measure(name: str, command: list[str]) -> float:
    """Median seconds of a whole process, after one run that is not counted."""
    seconds = []
    for _ in range(N_RUNS + 1):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - began)
    print(f"{name:<34} median {statistics.median(seconds[1:]):.3f} s", flush=True)
    return statistics.median(seconds[1:])


if __name__ == "__main__":
    main()
