"""The images that the pictures are made with: digits, drawn arrows and solar cells, all out of installed packages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from regraft.datasets import read_dataset

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
from digits import split_digits, write_digits

if TYPE_CHECKING:
    from collections.abc import Mapping

N_TEST_DIGITS = 100
"""Test images of each class of digits: 1,000 together."""


def digits(scratch: Path, n_train: int, *, seed: int = 0) -> Path:
    """MNIST's digits: `n_train` of each class to learn from, the same 1,000 others to be tested with."""
    target = scratch / f"mnist-{n_train}-{seed}"
    if not target.is_dir():
        split_digits(sources(scratch)[0], target, n_train=n_train, n_test=N_TEST_DIGITS, seed=seed)
    return target


def sources(scratch: Path) -> tuple[Path, Path]:
    """All of MNIST's and of UCI's digits, written once."""
    folder = scratch / "digits"
    return (folder / "mnist", folder / "uci") if folder.is_dir() else write_digits(folder)


def mislabelled_digits(scratch: Path, n_train: int, part: float, *, seed: int = 0) -> Path:
    """As `digits`, but a part of the training images lies in the folder of another class; the test's are right."""
    target = scratch / f"mislabelled-{n_train}-{part}-{seed}"
    split_digits(sources(scratch)[0], target, n_train=n_train, n_test=N_TEST_DIGITS, seed=seed)
    rng = np.random.default_rng(seed)
    files = sorted((target / "train").glob("*/*.png"))
    for place in rng.permutation(len(files))[: round(part * len(files))]:
        file = files[place]
        wrong = (int(file.parent.name) + int(rng.integers(1, 10))) % 10
        file.rename(target / "train" / str(wrong) / file.name)
    return target


def unequal_digits(scratch: Path, n_train: Mapping[str, int], *, seed: int = 0) -> Path:
    """Some of MNIST's classes, each with its own number of training images, and 100 test images each."""
    target = scratch / f"unequal-{seed}"
    for kind, n_wanted in n_train.items():
        files = sorted((sources(scratch)[0] / kind).iterdir())
        chosen = np.random.default_rng([seed, int(kind)]).permutation(len(files) - N_TEST_DIGITS)[:n_wanted]
        sides = {"train": [files[place] for place in chosen], "test": files[-N_TEST_DIGITS:]}
        for side, members in sides.items():
            (target / side / kind).mkdir(parents=True)
            for file in members:
                (target / side / kind / file.name).write_bytes(file.read_bytes())
    return target


def arrows(scratch: Path, *, n_train: int = 60, n_test: int = 150, seed: int = 0) -> Path:
    """Round blue signs whose white arrow points left or right: each class is the mirror image of the other."""
    rng = np.random.default_rng(seed)
    target = scratch / "arrows"
    for side, n_images in (("train", n_train), ("test", n_test)):
        for kind in ("left", "right"):
            (target / side / kind).mkdir(parents=True)
            for number in range(n_images):
                image = arrow(rng)
                (image if kind == "left" else _mirrored(image)).save(target / side / kind / f"{number:03d}.png")
    return target


def arrow(rng: np.random.Generator) -> Image.Image:
    """A sign that points left, a little turned, moved and shaded."""
    image = Image.new("RGB", (64, 64), tuple(int(value) for value in rng.integers(70, 150, 3)))
    draw = ImageDraw.Draw(image)
    draw.ellipse((7, 7, 57, 57), fill=(30, 60, 180))
    draw.rectangle((26, 28, 48, 36), fill=(240, 240, 240))
    draw.polygon([(14, 32), (30, 18), (30, 46)], fill=(240, 240, 240))
    moved = image.rotate(rng.normal(0, 8), translate=tuple(int(value) for value in rng.integers(-5, 6, 2)))
    pixels = np.asarray(moved, np.float32) * rng.uniform(0.3, 1.1) + rng.normal(0, 12, (64, 64, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def cells(scratch: Path, *, n_train: int, n_test: int = 300, seed: int = 0) -> Path:
    """Solar cells (ELPV), intact or certainly defect: `n_train` to learn from and `n_test` others, half of each."""
    target = scratch / f"cells-{n_train}-{seed}"
    if target.is_dir():
        return target
    manifest = read_dataset("elpv")
    files = manifest.files()
    for label, kind in enumerate(manifest.class_names):
        rows = np.random.default_rng(seed).permutation(np.flatnonzero(manifest.labels == label))
        sides = {"test": rows[: n_test // 2], "train": rows[n_test // 2 :][: n_train // 2]}
        for side, members in sides.items():
            (target / side / kind).mkdir(parents=True)
            for row in members:
                path = Path(str(files[row]))
                (target / side / kind / path.name).write_bytes(path.read_bytes())
    return target


def _mirrored(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
