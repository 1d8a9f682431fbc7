"""Decoding and resizing 12-megapixel JPEGs to the network's size: Regraft against Pillow's full decode and resize.

python bench/decoding.py            # 12 photos of 4,000 x 3,000; one thread; about a minute
python bench/decoding.py --quick    # one of 1,200 x 900
"""

from __future__ import annotations

import io
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from photos import write_photos
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE
from regraft.features import backbone_transform
from regraft.images import Transform, decode_image
from rounds import in_turn, medians, new_parser, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Decoder = Callable[[bytes], NDArray[np.uint8]]

N_ROUNDS = 5


def main() -> None:
    """Measure in turn, several rounds, and print medians, ratios and how far the pixels are apart."""
    is_quick = new_parser(__doc__).parse_args().quick
    n_photos, width, height = (1, 1200, 900) if is_quick else (12, 4000, 3000)
    transform = backbone_transform(BACKBONES[DEFAULT_BACKBONE], "squash")
    decoders: dict[str, Decoder] = {
        "Pillow, full decode and resize": partial(by_pillow, transform=transform),
        "Pillow, draft mode": partial(by_pillow, transform=transform, draft=True),
        "Regraft": lambda data: decode_image(data, transform),
    }
    with tempfile.TemporaryDirectory() as folder:
        files = write_photos(Path(folder), n_photos=n_photos, width=width, height=height)
        photos = [path.read_bytes() for path in files]
    contenders = {name: partial(milliseconds, decode, photos) for name, decode in decoders.items()}
    found = medians(in_turn(contenders, 1 if is_quick else N_ROUNDS))
    full, *_others = decoders
    for name, median in found.items():
        away = np.mean([np.abs(decoders[name](data).astype(int) - decoders[full](data)).mean() for data in photos])
        print(
            f"{name:<32} {median:7.1f} ms a photo   {found[full] / median:5.1f} x   "
            f"{away:.2f} grey levels from the full decode"
        )


def milliseconds(decode: Decoder, photos: list[bytes]) -> float:
    """Of a photo, on average."""
    return 1000 * seconds_of(lambda: [decode(data) for data in photos]) / len(photos)


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
