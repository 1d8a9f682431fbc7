"""LeNet from scratch on 5,000 digits of MNIST: how good, and how long it takes.

python bench/from_scratch.py        # 4,000 to train on, 1,000 to test on; about 2 minutes on 2 cores
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import regraft

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
from digits import split_digits, write_digits

EPOCHS = 12


def main() -> None:
    """Train, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        mnist, _uci = write_digits(Path(folder) / "digits")
        split = split_digits(mnist, Path(folder) / "split", n_train=400, n_test=100)
        began = time.perf_counter()
        found = regraft.pretrain(
            split,
            backbone="lenet",
            augmentation="crop",
            epochs=EPOCHS,
            validation_fraction=0,
            runs=Path(folder) / "runs",
        )
        seconds = time.perf_counter() - began
    print(f"lenet, {found.n_train:,} images, {EPOCHS} epochs: {found.assessment.accuracy} of {found.n_test:,}")
    print(f"whole command {seconds:.0f} s: " + ", ".join(f"{name} {part:.1f}" for name, part in found.seconds.items()))


if __name__ == "__main__":
    main()
