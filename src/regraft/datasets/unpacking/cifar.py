"""CIFAR-10's binary version: records of a label and 32 x 32 pixels, plane by plane. Its other versions are pickles."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

import numpy as np

from regraft.core import FetchError, plural
from regraft.datasets.unpacking.png_writing import encode_png
from regraft.datasets.unpacking.tar_archives import explain_damage, read_tar

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_BATCH = re.compile(r"cifar-10-batches-bin/(?P<name>data_batch_[1-5]|test_batch)\.bin", re.ASCII)
_BATCH_NAMES = frozenset({"test_batch", *(f"data_batch_{number}" for number in range(1, 6))})
_N_RECORD_BYTES = 1 + 3 * 32 * 32


def unpack_cifar10(archive: Path, folder: Path, *, n_bytes_max: int, progress: Progress) -> int:
    """Write the images as PNG files: `folder/train/cat/data_batch_1-00009.png`, `folder/test/...`.

    One image is in memory at a time.

    Args:
        archive: `cifar-10-binary.tar.gz`.
        folder: Where the split folders will be made.
        n_bytes_max: An archive with more bytes, decompressed, is refused.
        progress: Where to report.

    Returns:
        How many images there are.

    Raises:
        FetchError: The archive is damaged or hostile.
        OSError: They cannot be written.
    """
    for split in ("train", "test"):
        for name in CIFAR10_CLASSES:
            (folder / split / name).mkdir(parents=True)
    missing, n_images = set(_BATCH_NAMES), 0
    with explain_damage(archive):
        for member in read_tar(archive, n_bytes_max=n_bytes_max, progress=progress):
            found = _BATCH.fullmatch(member.name)
            if found is not None and found["name"] in missing:
                missing.remove(found["name"])
                n_images += _write_batch(member.file, found["name"], folder)
    if missing:
        raise FetchError(
            f"{archive.name} is not the binary version of CIFAR-10: {plural(len(missing), 'file')} of it "
            f"{'is' if len(missing) == 1 else 'are'} missing (first: {min(missing)}.bin)."
        )
    return n_images


def _write_batch(file: IO[bytes], name: str, folder: Path) -> int:
    """Write the images of one file of records."""
    side = folder / ("test" if name == "test_batch" else "train")
    number = 0
    while record := file.read(_N_RECORD_BYTES):
        if len(record) < _N_RECORD_BYTES or record[0] >= len(CIFAR10_CLASSES):
            raise ValueError(f"record {number:,} of {name}.bin is cut off or has a label that is none")
        pixels = np.frombuffer(record, np.uint8, offset=1).reshape(3, 32, 32).transpose(1, 2, 0)
        path = side / CIFAR10_CLASSES[record[0]] / f"{name}-{number:05d}.png"
        path.write_bytes(encode_png(pixels))
        number += 1
    return number
