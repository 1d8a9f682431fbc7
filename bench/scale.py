"""Whether extraction stays as fast and as small for many images: time an image and peak memory against their number.

    python bench/scale.py        # 1,000, 10,000 and 100,000 tiny images, 10,000 photos: about 10 minutes on 2 cores
    python bench/scale.py --quick     # 8 tiny images

Each number is a process of its own with a store of its own. Tiny images are 40 x 30 pixels, computed at 64 x 64, so
that everything but the network weighs as much as possible. Memory is the peak of the process above what it has with
the network loaded; the features that are handed back are part of it, and are named.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from photos import write_photos
from regraft.backbones import DEFAULT_BACKBONE, choose_engine, open_engine, resolve_backbone
from regraft.core import cache_folder
from regraft.data import fingerprint_files
from regraft.features import FeatureStore, backbone_transform, build_extractor
from rounds import new_parser, run_process

MIB = 1 << 20


def main() -> None:
    """Write images, and measure in child processes."""
    parser = new_parser(__doc__)
    parser.add_argument("--numbers", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--child", nargs=3, metavar=("FOLDER", "SIZE", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        folder, size, n = arguments.child
        print(json.dumps(extract(Path(folder), int(size), int(n))))
        return
    numbers = [8] if arguments.quick else arguments.numbers
    with tempfile.TemporaryDirectory() as scratch:
        tiny = Path(scratch) / "tiny"
        write_tiny(tiny, max(numbers))
        size = 224 if arguments.quick else 64  # the usual network is converted already
        report(f"tiny images at {size} x {size}", tiny, size, numbers)
    if arguments.quick:
        return
    with tempfile.TemporaryDirectory() as scratch:
        write_photos(Path(scratch), n_photos=arguments.photos, width=500, height=375)
        report("photos of 500 x 375 at 224 x 224", Path(scratch), 224, [arguments.photos // 10, arguments.photos])


def report(what: str, folder: Path, size: int, numbers: list[int]) -> None:
    """Run the children, smallest number first, and print a line for each."""
    print(what)
    first = None
    in_child(folder, size, 8)  # converts the network, where that was not done before
    for n in numbers:
        runs = sorted(
            (in_child(folder, size, n) for _ in range(3 if n == 1_000 else 1)), key=lambda one: one["seconds"]
        )
        median = runs[len(runs) // 2]
        each = 1e6 * median["seconds"] / n
        first = first or each
        print(
            f"  {n:>8,} images   {each:7.0f} us an image ({each / first:.2f} of the first)   "
            f"peak {median['peak'] / MIB:5.0f} MiB above the network, {median['features'] / MIB:.0f} MiB features",
            flush=True,
        )


def in_child(folder: Path, size: int, n: int) -> dict[str, float]:
    """One extraction in a process of its own."""
    found: dict[str, float] = run_process(sys.executable, __file__, "--child", folder, str(size), str(n)).answer
    return found


def extract(folder: Path, size: int, n: int) -> dict[str, float]:
    """One extraction in this process: seconds, and bytes above the loaded network."""
    choice = choose_engine()
    spec = resolve_backbone(DEFAULT_BACKBONE, cache=cache_folder(), image_size=size)
    engine = open_engine(spec, choice, layer="penultimate", cache=cache_folder())
    batch = np.zeros((engine.batch_size, size, size, 3), np.uint8)
    for _features in engine.stream([batch] * 8):
        pass
    transform = backbone_transform(spec, "squash")
    usual = build_extractor(spec, choice, transform=transform, layer="penultimate", cache=cache_folder())
    files = sorted(folder.rglob("*.*"))[:n]
    before = resident_bytes()
    with tempfile.TemporaryDirectory(dir=folder.parent) as store:
        extractor = replace(usual.opened_by(lambda: engine), store=FeatureStore(Path(store)))
        began = time.perf_counter()
        found = extractor.extract(files, fingerprint_files(files).digests)
        seconds = time.perf_counter() - began
    assert len(found.rows) == n
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak": peak - before, "features": np.asarray(found.features).nbytes}


def resident_bytes() -> int:
    """What this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def write_tiny(folder: Path, n: int) -> None:
    """Different images of 40 x 30 pixels in folders of a thousand."""
    rng = np.random.default_rng(0)
    for number in range(n):
        path = folder / f"{number // 1000:03d}" / f"{number:06d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        small = rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)
        Image.fromarray(small).resize((40, 30), Image.Resampling.BILINEAR).save(path, quality=85)


if __name__ == "__main__":
    main()
