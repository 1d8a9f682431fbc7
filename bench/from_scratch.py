"""LeNet from scratch on 5,000 digits of MNIST: how good, and how long it takes.

python bench/from_scratch.py            # 4,000 to train on, 1,000 to test on; about 2 minutes on 2 cores
python bench/from_scratch.py --quick    # 20 of each, one epoch
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import regraft
from example_images import split_digits, write_digits
from rounds import need, new_parser


def main() -> None:
    """Train, measure, print."""
    is_quick = new_parser(__doc__).parse_args().quick
    need("mlxtend", install="pip install 'regraft[examples]'")
    n_each, n_train, n_test, n_epochs = (4, 2, 2, 1) if is_quick else (None, 400, 100, 12)
    with tempfile.TemporaryDirectory() as folder:
        mnist, _uci = write_digits(Path(folder) / "digits", n_each=n_each)
        split = split_digits(mnist, Path(folder) / "split", n_train=n_train, n_test=n_test)
        how: dict[str, Any] = {"augmentation": "crop", "epochs": n_epochs, "validation_fraction": 0}
        how |= {"engine": "torch"} if is_quick else {}  # to convert the network would take longer than to train it
        found = regraft.pretrain(split, backbone="lenet", runs=Path(folder) / "runs", **how)
    print(f"lenet, {found.n_train:,} images, {n_epochs} epochs: {found.assessment.accuracy} of {found.n_test:,}")
    seconds = found.seconds
    print(f"{sum(seconds.values()):.0f} s: " + ", ".join(f"{name} {part:.1f}" for name, part in seconds.items()))


if __name__ == "__main__":
    main()
