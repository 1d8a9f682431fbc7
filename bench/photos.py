"""Photos for benchmarks: crops of the two photographs that come with scikit-learn, saved as JPEG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path


def write_photos(folder: Path, *, n_photos: int, width: int, height: int, quality: int = 90) -> list[Path]:
    """Write different photos of one size; the same ones every time.

    Args:
        folder: Where to; it gets two sub-folders, `china` and `flower`.
        n_photos: How many.
        width: In pixels.
        height: In pixels.
        quality: JPEG quality.

    Returns:
        The files.
    """
    from sklearn.datasets import load_sample_images

    pictures = [Image.fromarray(picture) for picture in load_sample_images().images]
    names = ("china", "flower")
    rng = np.random.default_rng(0)
    files: list[Path] = []
    seen: set[tuple[int, ...]] = set()
    while len(files) < n_photos:
        number = len(files)
        picture = pictures[number % 2]
        scale = rng.uniform(0.6, 0.95)
        crop_width, crop_height = int(picture.width * scale), int(picture.height * scale)
        left = int(rng.integers(picture.width - crop_width))
        top = int(rng.integers(picture.height - crop_height))
        box = (left, top, left + crop_width, top + crop_height)
        if (number % 2, *box) in seen:
            continue
        seen.add((number % 2, *box))
        photo = picture.resize((width, height), Image.Resampling.BICUBIC, box)
        path = folder / names[number % 2] / f"{number:05d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        photo.save(path, quality=quality)
        files.append(path)
    return files
