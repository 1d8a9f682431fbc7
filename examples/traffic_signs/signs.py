"""Traffic signs as arrays: the Belgian ones where they are, drawn ones where not.

A file is called POLE_VIEW.ppm: images with the same pole in a class show the same physical sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from sklearn.model_selection import StratifiedGroupKFold

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

GROUPS = r"(\d+)/(\d+)_"
"""For `--group-by`: class and pole."""


@dataclass(frozen=True, eq=False)
class Signs:
    """Images of signs.

    Attributes:
        paths: n files.
        labels: (n,) int64, places in `class_names`.
        poles: (n,) int64, equal for images of one physical sign.
        class_names: Names of the k classes.
    """

    paths: tuple[Path, ...]
    labels: NDArray[np.int64]
    poles: NDArray[np.int64]
    class_names: tuple[str, ...]

    def grey(self, size: int = 28) -> NDArray[np.float32]:
        """(n, size, size) grey values from 0 to 1, as the tutorial has them."""
        images = (
            Image.open(path).convert("RGB").resize((size, size), Image.Resampling.BILINEAR) for path in self.paths
        )
        return np.stack([np.asarray(image, np.float32) @ (0.2125, 0.7154, 0.0721) / 255 for image in images]).astype(
            np.float32
        )

    def split(self, *, grouped: bool, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows to train on and a third to test on; grouped: all images of a sign on one side."""
        groups = self.poles if grouped else np.arange(len(self.labels))
        folds = StratifiedGroupKFold(3, shuffle=True, random_state=seed)
        train, test = next(iter(folds.split(self.labels, self.labels, groups)))
        return train, test

    def write_split(self, folder: Path, train: NDArray[np.int64], test: NDArray[np.int64]) -> Path:
        """The images as folder/train/CLASS and folder/test/CLASS, for Regraft's commands."""
        for side, rows in (("train", train), ("test", test)):
            for row in rows:
                path = self.paths[row]
                target = folder / side / path.parent.name / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
        return folder


def read_signs(folder: Path) -> Signs:
    """All `.ppm` files in the sub-folders of a folder."""
    paths = sorted(folder.glob("*/*.ppm"))
    if not paths:
        raise FileNotFoundError(f"There is no CLASS/POLE_VIEW.ppm in {folder}.")
    class_names, labels = np.unique([path.parent.name for path in paths], return_inverse=True)
    poles = np.unique([f"{path.parent.name}/{path.stem.split('_')[0]}" for path in paths], return_inverse=True)[1]
    return Signs(tuple(paths), labels.astype(np.int64), poles.astype(np.int64), tuple(class_names.tolist()))


def draw_signs(folder: Path, *, n_classes: int = 12, seed: int = 0) -> Path:
    """Draw signs of very unequal numbers, each seen from near and far, in sun and shade; about 400 images."""
    rng = np.random.default_rng(seed)
    for label in range(n_classes):
        for pole in range(int(rng.integers(4, 8)) + (14 if label % 3 == 0 else 0)):
            weather, tilt = rng.uniform(0.35, 1.1), rng.normal(0, 4)
            for view in range(3):
                size = int(rng.integers(30, 110))
                image = (
                    _drawn(label, rng).rotate(tilt + rng.normal(0, 2), fillcolor=(110, 120, 110)).resize((size, size))
                )
                pixels = np.asarray(image, np.float32) * weather + rng.normal(0, 6, (size, size, 3))
                path = folder / f"{label:05d}" / f"{pole:05d}_{view:05d}.ppm"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
    return folder


def _drawn(label: int, rng: np.random.Generator) -> Image.Image:
    """One sign on grass or asphalt: its shape and colour, and a mark that tells it from the others of this shape."""
    image = Image.new("RGB", (96, 96), tuple(int(value) for value in rng.integers(70, 150, 3)))
    draw = ImageDraw.Draw(image)
    left, top = rng.integers(4, 14, 2)
    box = (left, top, left + 76, top + 76)
    colour = ((200, 30, 40), (30, 60, 180), (230, 190, 30))[label % 3]
    shape = label // 3 % 3
    if shape == 0:
        draw.ellipse(box, fill=colour)
    elif shape == 1:
        draw.polygon([(box[0], box[3]), (box[2], box[3]), ((box[0] + box[2]) / 2, box[1])], fill=colour)
    else:
        draw.rectangle(box, fill=colour)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 + 8
    white = (240, 240, 240)
    if label % 2:
        draw.line((x - 16, y, x + 16, y), fill=white, width=9)
    else:
        draw.line((x, y - 16, x, y + 16), fill=white, width=9)
    if label > 8:
        draw.ellipse((x - 22, y - 22, x - 8, y - 8), fill=white)
    return image
