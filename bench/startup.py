"""How fast the program answers: `regraft --help`, `import regraft`, and a warm prediction of one image.

python bench/startup.py             # half a minute
python bench/startup.py --quick     # each once
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import regraft
from photos import write_photos
from rounds import REGRAFT, new_parser, run_process

N_RUNS = 9
IMPORT = "import regraft, sys; assert not {'torch', 'sklearn', 'openvino', 'numpy'} & set(sys.modules)"


def main() -> None:
    """Time three commands."""
    measure(1 if new_parser(__doc__).parse_args().quick else N_RUNS)


def measure(n_runs: int) -> float:
    """Print the medians of three commands; returns that of `regraft --help` in seconds."""
    overview = median("regraft --help", n_runs, *REGRAFT, "--help")
    median("import regraft (no torch)", n_runs, sys.executable, "-c", IMPORT)
    with tempfile.TemporaryDirectory() as scratch:
        photos = write_photos(Path(scratch) / "photos", n_photos=16, width=500, height=375)
        probed = regraft.probe(photos[0].parents[1], runs=scratch, n_strengths=3)
        predict = ("predict", probed.folder, photos[0])
        median("regraft predict, one image, warm", n_runs, *REGRAFT, *predict)
    return overview


def median(name: str, n_runs: int, *command: str | Path) -> float:
    """Median seconds of a whole process, after one run that is not counted where there are several."""
    seconds = [run_process(*command).seconds for _ in range(n_runs + (n_runs > 1))]
    found = statistics.median(seconds[n_runs > 1 :])
    print(f"{name:<34} median {found:.3f} s", flush=True)
    return found


if __name__ == "__main__":
    main()
