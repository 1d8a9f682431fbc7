"""Where the time of an image goes, and how the engine's arithmetic compares with the fastest matrix product.

    python bench/roofline.py            # about three minutes on 2 cores
    python bench/roofline.py --quick    # 8 photos, fp32, a tiny product, one round

Core-milliseconds an image: processor time, added up over the cores. Two cores that never wait and never disturb each
other could do the images a second that are printed behind it.

The engine's arithmetic is held against products of matrices: squares of several sizes, and the shapes of the network's
own 1 x 1 convolutions; in numpy (OpenBLAS), torch (oneDNN) and OpenVINO (one product on all threads, and one in each of
the engine's streams), in fp32 and, where the processor has it, bf16. The fastest counts. Where the network is faster
still, it is said that this is no limit.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import simplejpeg

try:
    import torch
except ImportError:
    raise SystemExit("This needs the extra torch: pip install 'regraft[torch]'") from None

from photos import write_photos
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, choose_engine, open_engine
from regraft.backbones.openvino_door import import_openvino, openvino_core
from regraft.core import cache_folder, digest_bytes, n_usable_cores
from regraft.features import backbone_transform
from regraft.images import decode_image, transform_array
from rounds import new_parser, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from regraft.backbones import Engine, EngineChoice

SPEC = BACKBONES[DEFAULT_BACKBONE]
GMAC = 0.407
"""Multiply-accumulates of EfficientNet-Lite0 at 224 x 224, in thousand millions (Tan and Le's released table)."""
BYTES_TO_PIXELS = "all of it, bytes to pixels"


@dataclass(frozen=True)
class Shape:
    """Of a product of (m, k) and (k, n)."""

    m: int
    k: int
    n: int

    def __str__(self) -> str:
        return f"{self.m:,} x {self.k:,} x {self.n:,}"


SQUARES = [Shape(size, size, size) for size in (256, 512, 1024, 2048, 4096)]
CONVOLUTIONS = [
    Shape(4 * 112 * 112, 16, 96),
    Shape(4 * 28 * 28, 40, 240),
    Shape(4 * 14 * 14, 112, 672),
    Shape(4 * 7 * 7, 1152, 320),
    Shape(4 * 7 * 7, 320, 1280),
]
"""1 x 1 convolutions of EfficientNet-Lite0 on a batch of four: pixels, channels in, channels out."""


def main() -> None:
    """Measure the parts, then say what they add up to."""
    is_quick = new_parser(__doc__).parse_args().quick
    n_photos, n_rounds, shapes = (8, 1, [Shape(64, 64, 64)]) if is_quick else (200, 5, SQUARES + CONVOLUTIONS)
    with tempfile.TemporaryDirectory() as folder:
        photos = [path.read_bytes() for path in write_photos(Path(folder), n_photos=n_photos, width=500, height=375)]
    n_cores = n_usable_cores()
    print(f"photos of 500 x 375, {sum(map(len, photos)) / len(photos) / 1000:.0f} kB; {n_cores} cores")
    spent = {name: core_milliseconds(work, n_photos, n_rounds) for name, work in pixel_work(photos).items()}
    for name, value in spent.items():
        print(f"  {name:<42} {value:6.2f} core-ms an image")
    choices = [
        choose_engine("openvino", "fp32", "cpu"),
        *([] if is_quick else [choose_engine("openvino", "auto", "cpu")]),
    ]
    for choice in dict.fromkeys(choices):
        precision = choice.precision
        inference = inference_milliseconds(choice, 2 * n_photos, n_rounds)
        limit = 1000 * n_cores / (inference + spent[BYTES_TO_PIXELS])
        print(f"  {f'inference, {precision}':<42} {inference:6.2f} core-ms an image")
        print(f"    alone {1000 * n_cores / inference:.0f} images/s, with decoding at most {limit:.0f} images/s")
        achieved = 2 * GMAC * n_cores / inference * 1000
        fastest = fastest_product(precision, shapes)
        print(f"    {achieved:.0f} GFLOP/s; {fastest.told(achieved)}", flush=True)


def pixel_work(photos: list[bytes]) -> dict[str, Callable[[], None]]:
    """What is done before the network, part by part."""
    transform = backbone_transform(SPEC, "crop")
    pixels = [simplejpeg.decode_jpeg(data) for data in photos]
    return {
        "hash (BLAKE3)": lambda: each(digest_bytes, photos),
        "decode the JPEG (libjpeg-turbo, strict)": lambda: each(partial(simplejpeg.decode_jpeg, strict=True), photos),
        "crop and resize": lambda: each(lambda picture: transform_array(picture, transform), pixels),
        BYTES_TO_PIXELS: lambda: each(lambda data: decode_image(data, transform), photos),
    }


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


def inference_milliseconds(choice: EngineChoice, n_images: int, n_rounds: int) -> float:
    """Processor time an image of the network alone."""
    engine = open_engine(SPEC, choice, layer="penultimate", cache=cache_folder())
    shape = (engine.batch_size, SPEC.image_size, SPEC.image_size, 3)
    batch = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    n_batches = n_images // engine.batch_size
    return core_milliseconds(partial(run_all, engine, [batch] * n_batches), n_batches * engine.batch_size, n_rounds)


def run_all(engine: Engine, batches: list[NDArray[np.uint8]]) -> None:
    """All batches, for the time it takes."""
    for _ in engine.stream(batches):
        pass


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


def fastest_product(precision: str, shapes: list[Shape]) -> Product:
    """The most GFLOP/s of products on all cores, in every library that is here."""
    torch.set_num_threads(n_usable_cores())
    found = [Product(rate, f"{name}, {shape}") for shape in shapes for name, rate in products(precision, shape)]
    return max(found, key=lambda one: one.gflops)


def products(precision: str, shape: Shape) -> Iterator[tuple[str, float]]:
    """GFLOP/s of products of this shape by library."""
    rng = np.random.default_rng(0)
    left = rng.standard_normal((shape.m, shape.k), np.float32)
    right = rng.standard_normal((shape.k, shape.n), np.float32)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    mine, yours = torch.from_numpy(left).to(dtype), torch.from_numpy(right).to(dtype)
    out = torch.empty((shape.m, shape.n), dtype=dtype)
    yield "torch", gflops(lambda: torch.mm(mine, yours, out=out), shape)
    if precision == "fp32":
        room = np.empty((shape.m, shape.n), np.float32)
        yield "numpy", gflops(lambda: np.matmul(left, right, out=room), shape)
    for n_streams in {1, min(2, n_usable_cores())}:
        work = in_streams(precision, left, right, n_streams)
        yield f"OpenVINO, {n_streams} streams", n_streams * gflops(work, shape)


def in_streams(
    precision: str, left: NDArray[np.float32], right: NDArray[np.float32], n_streams: int
) -> Callable[[], None]:
    """A product in each stream of OpenVINO, the second matrix constant, as a layer's weights are; set as the engine."""
    openvino = import_openvino()
    opset = openvino.opset13
    given = opset.parameter(list(left.shape), np.float32)
    model = openvino.Model([opset.matmul(given, opset.constant(right), False, False)], [given])  # noqa: FBT003
    settings = {
        "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
        "INFERENCE_NUM_THREADS": n_usable_cores(),
        "NUM_STREAMS": n_streams,
        "ENABLE_CPU_PINNING": False,
    }
    compiled = openvino_core().compile_model(model, "CPU", settings)
    requests = [compiled.create_infer_request() for _ in range(n_streams)]
    for request in requests:
        request.set_input_tensor(openvino.Tensor(left, shared_memory=True))

    def work() -> None:
        for request in requests:
            request.start_async()
        for request in requests:
            request.wait()

    return work


def gflops(work: Callable[[], object], shape: Shape) -> float:
    """The best of five runs, in thousand million operations a second; small products are repeated in a run."""
    operations = 2 * shape.m * shape.k * shape.n
    n_times = min(100, max(1, int(1e10 / operations)))
    work()
    return n_times * operations / min(seconds_of(lambda: [work() for _ in range(n_times)]) for _ in range(5)) / 1e9


if __name__ == "__main__":
    main()
