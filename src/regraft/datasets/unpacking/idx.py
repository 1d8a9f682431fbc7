"""MNIST's own format, IDX: a header of sizes, then bare bytes; one file of images, one of labels."""

from __future__ import annotations

import gzip
import struct
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

import numpy as np

from regraft.core import FetchError, plural, shortened
from regraft.datasets.unpacking.png_writing import encode_png

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regraft.core import Progress

_UNSIGNED_BYTES = 0x0800
_N_IMAGES_MAX = 1_000_000
_N_PIXELS_MAX = 1 << 16


def read_idx_labels(path: Path, *, n_classes: int) -> bytes:
    """The labels of a gzipped IDX file, (n,) uint8, one byte for each.

    Raises:
        FetchError: It is damaged, or has a label that is not below `n_classes`.
        OSError: It cannot be read.
    """
    with _open(path) as file:
        (n_labels,) = _read_sizes(file, n_sizes=1)
        labels = _read(file, n_labels)
        _require_end(file)
        if wrong := [label for label in set(labels) if label >= n_classes]:
            raise ValueError(f"it has the label {wrong[0]}, and there are {n_classes} classes")
    return labels


def write_idx_images(path: Path, labels: bytes, folder: Path, *, progress: Progress) -> int:
    """Write the images of an IDX file as PNG files, `folder/LABEL/00000.png`, numbered as they come.

    One image is in memory at a time.

    Args:
        path: Gzipped IDX file, (n, h, w) uint8.
        labels: n labels.
        folder: Where the class folders will be made.
        progress: Where to report.

    Returns:
        How many images there are.

    Raises:
        FetchError: The file is damaged, or does not belong to these labels.
        OSError: They cannot be read or written.
    """
    for label in sorted(set(labels)):
        (folder / str(label)).mkdir(parents=True)
    with _open(path) as file:
        n_images, height, width = _read_sizes(file, n_sizes=3)
        if n_images != len(labels) or not 0 < height * width <= _N_PIXELS_MAX:
            raise ValueError(
                f"it has {plural(n_images, 'image')} of {height:,} x {width:,} pixels for "
                f"{plural(len(labels), 'label')}"
            )
        progress.start(f"Unpacking {path.name}", n_images)
        for number, label in enumerate(labels):
            pixels = np.frombuffer(_read(file, height * width), np.uint8).reshape(height, width)
            (folder / str(label) / f"{number:05d}.png").write_bytes(encode_png(pixels))
            progress.advance()
        _require_end(file)
    return n_images


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """A gzipped file; what is broken in it is an error in words."""
    try:
        with gzip.open(path) as file:
            yield cast("IO[bytes]", file)
    except (gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
        raise FetchError(f"{path.name} is damaged ({shortened(str(error), 160)}).") from error


def _read_sizes(file: IO[bytes], *, n_sizes: int) -> tuple[int, ...]:
    magic, *sizes = struct.unpack(f">{1 + n_sizes}I", _read(file, 4 * (1 + n_sizes)))
    if magic != _UNSIGNED_BYTES + n_sizes or sizes[0] > _N_IMAGES_MAX:
        raise ValueError("it does not begin as such a file does")
    return tuple(sizes)


def _read(file: IO[bytes], n_bytes: int) -> bytes:
    content = file.read(n_bytes)
    if len(content) < n_bytes:
        raise EOFError("it is cut off")
    return content


def _require_end(file: IO[bytes]) -> None:
    """Also where the checksum is looked at."""
    if file.read(1):
        raise ValueError("it goes on after its end")
