"""Decoding and resizing 12-megapixel JPEGs to the network's size: Regraft against Pillow's full decode and resize.

python bench/decoding.py            # 12 photos of 4,000 x 3,000; one thread; about a minute
"""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from photos import write_photos
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE
from regraft.features import backbone_transform
from regraft.images import Transform, decode_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

N_PHOTOS = 12
N_ROUNDS = 5


def main() -> None:
    """Measure in turn, several rounds, and print medians, ratios and how far the pixels are apart."""
    transform = backbone_transform(BACKBONES[DEFAULT_BACKBONE], "squash")
    contenders: dict[str, Callable[[bytes], NDArray[np.uint8]]] = {
        "Pillow, full decode and resize": lambda data: by_pillow(data, transform),
        "Pillow, draft mode": lambda data: by_pillow(data, transform, draft=True),
        "Regraft": lambda data: decode_image(data, transform),
    }
    with tempfile.TemporaryDirectory() as folder:
        files = write_photos(Path(folder), n_photos=N_PHOTOS, width=4000, height=3000)
        photos = [path.read_bytes() for path in files]
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(N_ROUNDS):
        for name, decode in contenders.items():
            began = time.perf_counter()
            for data in photos:
                decode(data)
            times[name].append((time.perf_counter() - began) / len(photos))
    pillow, *_others = contenders
    for name, values in times.items():
        ratio = statistics.median(times[pillow]) / statistics.median(values)
        away = np.mean(
            [np.abs(contenders[name](data).astype(int) - contenders[pillow](data)).mean() for data in photos]
        )
        median = 1000 * statistics.median(values)
        print(f"{name:<32} {median:7.1f} ms a photo   {ratio:5.1f} x   {away:.2f} grey levels from the full decode")


def by_pillow(data: bytes, transform: Transform, *, draft: bool = False) -> NDArray[np.uint8]:
    """What one would write without Regraft: strict about nothing."""
    image = Image.open(io.BytesIO(data))
    size = (transform.width, transform.height)
    if draft:
        image.draft("RGB", size)
    kernel = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}[transform.interpolation]
    return np.asarray(image.convert("RGB").resize(size, kernel))


if __name__ == "__main__":
    main()
