"""Where the time of an image goes, and how the engine's arithmetic compares with the fastest matrix product.

    python bench/roofline.py            # about a minute on 2 cores
    python bench/roofline.py --quick    # few photos, one round: whether it runs

Core-milliseconds an image: processor time, added up over the cores. The limit is what the cores could do if they never
waited and nothing disturbed another thing. Products of several sizes are timed in torch, numpy and OpenVINO, and the
fastest counts; where the network's arithmetic is faster still, it is said that this is no limit.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import simplejpeg
import torch

from photos import write_photos
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, choose_engine, open_engine
from regraft.backbones.openvino_core import import_openvino, openvino_core
from regraft.core import cache_folder, digest_bytes, n_usable_cores
from regraft.features import backbone_transform
from regraft.images import decode_image, transform_array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from regraft.backbones import Engine

N_PHOTOS = 200
N_ROUNDS = 5
SIZES = (512, 1024, 2048, 4096)
SPEC = BACKBONES[DEFAULT_BACKBONE]
GMAC = 0.407
"""Multiply-accumulates of EfficientNet-Lite0 at 224 x 224, in thousand millions (Tan and Le's released table)."""


def main() -> None:
    """Measure the parts, then say what they add up to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few photos, one round")
    is_quick = parser.parse_args().quick
    n_photos, n_rounds = (20, 1) if is_quick else (N_PHOTOS, N_ROUNDS)
    n_cores = n_usable_cores()
    with tempfile.TemporaryDirectory() as folder:
        photos = [path.read_bytes() for path in write_photos(Path(folder), n_photos=n_photos, width=500, height=375)]
    transform = backbone_transform(SPEC, "crop")
    pixels = [simplejpeg.decode_jpeg(data) for data in photos]
    parts: dict[str, Callable[[], None]] = {
        "hash (BLAKE3)": lambda: each(digest_bytes, photos),
        "decode the JPEG (libjpeg-turbo, strict)": lambda: each(partial(simplejpeg.decode_jpeg, strict=True), photos),
        "crop and resize": lambda: each(lambda picture: transform_array(picture, transform), pixels),
        "all of it, bytes to pixels": lambda: each(lambda data: decode_image(data, transform), photos),
    }
    print(f"photos of 500 x 375, {sum(map(len, photos)) / len(photos) / 1000:.0f} kB; {n_cores} cores")
    spent = {name: core_milliseconds(work, n_photos, n_rounds) for name, work in parts.items()}
    for name, value in spent.items():
        print(f"  {name:<42} {value:6.2f} core-ms an image")
    for precision in ("fp32", "bf16"):
        choice = choose_engine("openvino", precision, "cpu")
        engine = open_engine(SPEC, choice, layer="penultimate", cache=cache_folder())
        batch = np.random.default_rng(0).integers(0, 256, (engine.batch_size, 224, 224, 3)).astype(np.uint8)
        n_batches = 2 * n_photos // engine.batch_size
        stream = partial(run_all, engine, [batch] * n_batches)
        inference = core_milliseconds(stream, n_batches * engine.batch_size, n_rounds)
        achieved = 2 * GMAC * n_cores / inference * 1000
        fastest = fastest_product(precision, SIZES[:1] if is_quick else SIZES)
        limit = 1000 * n_cores / (inference + spent["all of it, bytes to pixels"])
        print(f"  {f'inference, {precision}':<42} {inference:6.2f} core-ms an image")
        print(f"    {achieved:.0f} GFLOP/s; {fastest.told(achieved)}")
        print(f"    alone {1000 * n_cores / inference:.0f} images/s, with decoding at most {limit:.0f} images/s")


def run_all(engine: Engine, batches: list[NDArray[np.uint8]]) -> None:
    """All batches, for the time it takes."""
    for _ in engine.stream(batches):
        pass


def each(work: Callable[[Any], object], items: list[Any]) -> None:
    """Do the work for each item and keep nothing: memory that is used again is what a pipeline has."""
    for item in items:
        work(item)


def core_milliseconds(work: Callable[[], object], n_images: int, n_rounds: int) -> float:
    """Processor time an image: the median of several rounds."""
    work()
    times = []
    for _ in range(n_rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return 1000 * statistics.median(times) / n_images


@dataclass(frozen=True)
class Product:
    """The fastest of some matrix products."""

    gflops: float
    what: str

    def told(self, achieved: float) -> str:
        """In words, beside what a network reaches."""
        ratio = 100 * achieved / self.gflops
        if ratio > 100:
            return f"no matrix product that was tried is as fast ({self.what}: {self.gflops:.0f}): it is no limit"
        return f"{ratio:.0f} % of the fastest matrix product ({self.what}: {self.gflops:.0f})"


def fastest_product(precision: str, sizes: Sequence[int]) -> Product:
    """The most GFLOP/s of square products on all cores, in every library that is here."""
    torch.set_num_threads(n_usable_cores())
    found = []
    for size in sizes:
        found += [
            Product(gflops(work, size), f"{name}, {size:,} x {size:,}")
            for name, work in products(precision, size).items()
        ]
    return max(found, key=lambda one: one.gflops)


def products(precision: str, size: int) -> dict[str, Callable[[], object]]:
    """A product of two matrices by library."""
    numbers = np.random.default_rng(0).standard_normal((size, size), np.float32)
    tensor = torch.from_numpy(numbers).to(torch.bfloat16 if precision == "bf16" else torch.float32)
    works: dict[str, Callable[[], object]] = {"torch": lambda: tensor @ tensor, "OpenVINO": compiled(precision, size)}
    if precision == "fp32":
        works["numpy"] = lambda: numbers @ numbers
    return works


def compiled(precision: str, size: int) -> Callable[[], object]:
    """A product in OpenVINO, one matrix of it constant, as a layer's weights are."""
    openvino = import_openvino()
    opset = openvino.opset13
    weights = np.random.default_rng(1).standard_normal((size, size), np.float32)
    given = opset.parameter([size, size], np.float32)
    model = openvino.Model([opset.matmul(given, opset.constant(weights), False, False)], [given])  # noqa: FBT003
    hint = {"fp32": "f32", "bf16": "bf16"}[precision]
    request = openvino_core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": hint}).create_infer_request()

    def multiply() -> None:
        request.infer([weights])

    multiply()
    return multiply


def gflops(work: Callable[[], object], size: int) -> float:
    """The best of some runs, in thousand million operations a second."""
    times = []
    for _ in range(8):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 2 * size**3 / min(times) / 1e9


if __name__ == "__main__":
    main()
