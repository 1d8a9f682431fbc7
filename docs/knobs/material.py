"""The images that the pictures are made with: digits, drawn arrows and solar cells, all out of installed packages."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from regraft.datasets import read_dataset

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
from digits import split_digits, write_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Material:
    """Folders with sub-folders `train` and `test`, written where they are asked for.

    Attributes:
        scratch: Where to.
        most: Of each class and side there are at most so many images; None for as many as are asked for.
    """

    scratch: Path
    most: int | None = None

    def digits(self, n_train: int, *, seed: int = 0) -> Path:
        """MNIST's digits: `n_train` of each class to learn from, the same 1,000 others to be tested with."""
        target = self.scratch / f"mnist-{n_train}-{seed}"
        if not target.is_dir():
            self._split(target, n_train, seed)
        return target

    def sources(self) -> tuple[Path, Path]:
        """All of MNIST's and of UCI's digits, written once."""
        folder = self.scratch / "digits"
        if folder.is_dir():
            return folder / "mnist", folder / "uci"
        return write_digits(folder, n_each=None if self.most is None else 2 * self.most)

    def mislabelled_digits(self, n_train: int, part: float, *, seed: int = 0) -> Path:
        """As `digits`, but a part of the training images lies in the folder of another class; the test's are right."""
        target = self._split(self.scratch / f"mislabelled-{n_train}-{part}-{seed}", n_train, seed)
        rng = np.random.default_rng(seed)
        files = sorted((target / "train").glob("*/*.png"))
        for place in rng.permutation(len(files))[: round(part * len(files))]:
            file = files[place]
            wrong = (int(file.parent.name) + int(rng.integers(1, 10))) % 10
            file.rename(target / "train" / str(wrong) / file.name)
        return target

    def unequal_digits(self, n_train: Mapping[str, int], *, seed: int = 0) -> Path:
        """Some of MNIST's classes, each with its own number of training images, and 100 test images each."""
        target, n_test = self.scratch / f"unequal-{seed}", self._at_most(100)
        for kind, n_wanted in n_train.items():
            files = sorted((self.sources()[0] / kind).iterdir())
            rows = np.random.default_rng([seed, int(kind)]).permutation(len(files) - n_test)
            _copy([files[row] for row in rows[: self._at_most(n_wanted)]], target / "train" / kind)
            _copy(files[-n_test:], target / "test" / kind)
        return target

    def arrows(self, *, n_train: int = 60, n_test: int = 150, seed: int = 0) -> Path:
        """Round blue signs whose white arrow points left or right: each class is the mirror image of the other."""
        rng = np.random.default_rng(seed)
        target = self.scratch / "arrows"
        for side, n_images in (("train", n_train), ("test", n_test)):
            for kind in ("left", "right"):
                (target / side / kind).mkdir(parents=True)
                for number in range(self._at_most(n_images)):
                    image = _arrow(rng)
                    (image if kind == "left" else _mirrored(image)).save(target / side / kind / f"{number:03d}.png")
        return target

    def cells(self, *, n_train: int, n_test: int = 300, seed: int = 0) -> Path:
        """Solar cells (ELPV), intact or certainly defect: `n_train` to learn from and `n_test` others, half of each."""
        target = self.scratch / f"cells-{n_train}-{seed}"
        if target.is_dir():
            return target
        manifest = read_dataset("elpv")
        files = manifest.files()
        for label, kind in enumerate(manifest.class_names):
            rows = np.random.default_rng(seed).permutation(np.flatnonzero(manifest.labels == label))
            test, rest = rows[: n_test // 2], rows[n_test // 2 :]
            for side, members in (("test", test[: self.most]), ("train", rest[: self._at_most(n_train // 2)])):
                _copy([Path(str(files[row])) for row in members], target / side / kind)
        return target

    def _at_most(self, n: int) -> int:
        return n if self.most is None else min(n, self.most)

    def _split(self, target: Path, n_train: int, seed: int) -> Path:
        counts = {"n_train": self._at_most(n_train), "n_test": self._at_most(100)}
        return split_digits(self.sources()[0], target, **counts, seed=seed)


def _copy(files: Sequence[Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())


def _arrow(rng: np.random.Generator) -> Image.Image:
    """A sign that points left, a little turned, moved and shaded."""
    image = Image.new("RGB", (64, 64), tuple(int(value) for value in rng.integers(70, 150, 3)))
    draw = ImageDraw.Draw(image)
    draw.ellipse((7, 7, 57, 57), fill=(30, 60, 180))
    draw.rectangle((26, 28, 48, 36), fill=(240, 240, 240))
    draw.polygon([(14, 32), (30, 18), (30, 46)], fill=(240, 240, 240))
    angle = rng.normal(0, 8)
    right, down = rng.integers(-5, 6, 2).tolist()
    moved = image.rotate(angle, translate=(right, down))
    pixels = np.asarray(moved, np.float32) * rng.uniform(0.3, 1.1) + rng.normal(0, 12, (64, 64, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _mirrored(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
