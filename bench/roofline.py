"""Where the time of an image goes, and how far the engine is from what the cores can do.

    python bench/roofline.py            # about a minute on 2 cores

Core-milliseconds an image: processor time, added up over the cores. The limit is what the cores could do if they never
waited and nothing disturbed another thing.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import simplejpeg
import torch

from photos import write_photos
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, choose_engine, open_engine
from regraft.core import cache_folder, digest_bytes, n_usable_cores
from regraft.features import backbone_transform
from regraft.images import decode_image, transform_array

if TYPE_CHECKING:
    from collections.abc import Callable

N_PHOTOS = 200
N_ROUNDS = 5
SPEC = BACKBONES[DEFAULT_BACKBONE]
GMAC = 0.407
"""Multiply-accumulates of EfficientNet-Lite0 at 224 x 224, in thousand millions (Tan and Le's released table)."""


def main() -> None:
    """Measure the parts, then say what they add up to."""
    n_cores = n_usable_cores()
    with tempfile.TemporaryDirectory() as folder:
        photos = [path.read_bytes() for path in write_photos(Path(folder), n_photos=N_PHOTOS, width=500, height=375)]
    transform = backbone_transform(SPEC, "crop")
    pixels = [simplejpeg.decode_jpeg(data) for data in photos]
    parts: dict[str, Callable[[], None]] = {
        "hash (BLAKE3)": lambda: each(digest_bytes, photos),
        "decode the JPEG (libjpeg-turbo, strict)": lambda: each(partial(simplejpeg.decode_jpeg, strict=True), photos),
        "crop and resize": lambda: each(lambda picture: transform_array(picture, transform), pixels),
        "all of it, bytes to pixels": lambda: each(lambda data: decode_image(data, transform), photos),
    }
    print(f"photos of 500 x 375, {sum(map(len, photos)) / len(photos) / 1000:.0f} kB; {n_cores} cores")
    spent = {name: core_milliseconds(work, N_PHOTOS) for name, work in parts.items()}
    for name, value in spent.items():
        print(f"  {name:<42} {value:6.2f} core-ms an image")
    for precision in ("fp32", "bf16"):
        choice = choose_engine("openvino", precision, "cpu")
        engine = open_engine(SPEC, choice, layer="penultimate", cache=cache_folder())
        batch = np.random.default_rng(0).integers(0, 256, (engine.batch_size, 224, 224, 3)).astype(np.uint8)
        n_batches = 400 // engine.batch_size
        inference = core_milliseconds(lambda: list(engine.stream([batch] * n_batches)), n_batches * engine.batch_size)  # noqa: B023
        achieved, peak = 2 * GMAC * n_cores / inference * 1000, matrix_peak(precision)
        limit = 1000 * n_cores / (inference + spent["all of it, bytes to pixels"])
        print(f"  {f'inference, {precision}':<42} {inference:6.2f} core-ms an image")
        print(
            f"    {achieved:.0f} GFLOP/s of {peak:.0f} that a large matrix product reaches; alone "
            f"{1000 * n_cores / inference:.0f} images/s, with decoding at most {limit:.0f} images/s"
        )


def each(work: Callable[[Any], object], items: list[Any]) -> None:
    """Do the work for each item and keep nothing: memory that is used again is what a pipeline has."""
    for item in items:
        work(item)


def core_milliseconds(work: Callable[[], object], n_images: int) -> float:
    """Processor time an image: the median of several rounds."""
    work()
    times = []
    for _ in range(N_ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return 1000 * statistics.median(times) / n_images


def matrix_peak(precision: str) -> float:
    """GFLOP/s of a 2,048 x 2,048 matrix product on all cores."""
    torch.set_num_threads(n_usable_cores())
    one = torch.randn(2048, 2048).to(torch.bfloat16 if precision == "bf16" else torch.float32)
    times = []
    for _ in range(8):
        began = time.perf_counter()
        one @ one
        times.append(time.perf_counter() - began)
    return 2 * 2048**3 / min(times) / 1e9


if __name__ == "__main__":
    main()
