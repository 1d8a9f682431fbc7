"""What a GPU makes of it: JPEG files to features, a fine-tuning epoch, and whether the features are the CPU's.

    python bench/gpu.py                 # on a machine with CUDA: 4,000 photos, 3 rounds; about 5 minutes
    python bench/gpu.py --device cpu    # the same code on the CPU, as a stand-in: its figures say nothing of a GPU
    python bench/gpu.py --quick         # 8 photos, one round, whatever the device

Extraction is held against timm's pipeline (DataLoader with workers, its prefetcher on the GPU, its transforms, AMP,
channels_last) and against inference alone, in the ways that may pay: eager as the engine runs it, contiguous memory,
cuDNN's benchmark, compiled, CUDA graphs. A JPEG is decoded by the CPU's threads, or by torchvision's nvJPEG on the GPU.
The epoch trains the whole network on the files, in bf16, against a plain loop with the same images, batches and AMP.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

try:
    import torch

    from gpu_contenders import (
        SPEC,
        TRANSFORM,
        Contenders,
        Place,
        PlainNetwork,
        inferences,
        nvjpeg,
        plain_epoch,
        timm_pipelines,
    )
except ImportError:
    raise SystemExit("This needs the extra torch: pip install 'regraft[torch]'") from None

import regraft
from own_training import own_training
from photos import write_photos
from regraft.backbones import EngineChoice, Planes, open_engine
from regraft.core import SilentProgress, cache_folder
from regraft.data import fingerprint_files
from regraft.features import FeatureStore, build_extractor
from regraft.finetuning import PixelFeed, TrainingOptions, World
from regraft.images import AUGMENTATIONS, decode_batches
from rounds import in_turn, medians, new_parser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from numpy.typing import NDArray


def main() -> None:
    """Measure all, or say that there is nothing to measure on."""
    parser = new_parser(__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), help="cpu: a stand-in")
    parser.add_argument("--photos", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    has_cuda = torch.cuda.is_available()
    is_stand_in = arguments.device == "cpu" or (arguments.quick and not has_cuda)
    device: Literal["cuda", "cpu"] = "cpu" if is_stand_in else "cuda"
    if device == "cuda" and not has_cuda:
        print("There is no CUDA device that torch can use: nothing is measured (--device cpu runs a stand-in).")
        return
    print(torch.cuda.get_device_name() if device == "cuda" else "On the CPU, as a stand-in: no figures of a GPU.")
    with tempfile.TemporaryDirectory() as scratch:
        measure(arguments, device, Path(scratch))


def measure(arguments: argparse.Namespace, device: Literal["cuda", "cpu"], scratch: Path) -> None:
    """Print rates, ratios and how equal the features are."""
    n_photos, n_rounds = (8, 1) if arguments.quick else (arguments.photos, arguments.rounds)
    files = write_photos(scratch / "photos", n_photos=n_photos, width=500, height=375)
    place = Place(device, files, scratch, batch=2 if arguments.quick else 64, n_batches=1 if arguments.quick else 20)
    network = PlainNetwork(place)
    contenders = timm_pipelines(place) | extractions(place) | inferences(place, network) | epochs(place)
    if device == "cuda":
        contenders |= {"nvJPEG to features, bf16": partial(nvjpeg, place, network)}
    if not arguments.quick:
        in_turn(contenders, 1)  # kernels are chosen and compiled the first time
    found = medians(in_turn(contenders, n_rounds, unit="images/s"))
    best = {kind: max(rate for name, rate in found.items() if name.startswith(kind)) for kind in ("timm", "plain")}
    print()
    for name, rate in found.items():
        kind = "plain" if "epoch" in name else "timm"
        print(f"median   {name:<42} {rate:10,.1f} images/s   {rate / best[kind]:5.2f} x {kind}'s best")
    compare(place, "elpv" if device == "cuda" and not arguments.quick else str(scratch / "photos"))


def extractions(place: Place) -> Contenders:
    """Files to kept features, and the CPU's part of it."""
    decoding = partial(place.rate, lambda: [len(batch.indices) for batch in decode_batches(place.files, TRANSFORM)])
    return {
        "files to pixels: decoding alone": decoding,
        **{f"regraft {each}: files to kept features": extraction(place, each) for each in place.precisions},
    }


def extraction(place: Place, precision: Any) -> Callable[[], float]:
    """Regraft's own, into an empty store each time."""
    choice = place.choice(precision)
    engine = open_engine(SPEC, choice, layer="penultimate", cache=cache_folder())
    made = build_extractor(SPEC, choice, transform=TRANSFORM, layer="penultimate", cache=cache_folder())

    def work() -> None:
        with tempfile.TemporaryDirectory(dir=place.scratch) as folder:
            fresh = replace(made.opened_by(lambda: engine), store=FeatureStore(Path(folder)))
            found = fresh.extract(place.files, fingerprint_files(place.files).digests)
            assert found.n_computed == len(place.files)

    return partial(place.rate, work)


def epochs(place: Place) -> Contenders:
    """An epoch of training the whole network on the files, Regraft's and a plain one."""
    return {
        "plain epoch, AMP": partial(plain_epoch, place),
        f"regraft epoch, {place.precision}": partial(own_epoch, place),
    }


def labels_of(place: Place) -> NDArray[np.int64]:
    """By folder."""
    return np.array([path.parent.name == "flower" for path in place.files], np.int64)


def own_epoch(place: Place) -> float:
    """Images a second of Regraft's loop, with its own views, on the same files."""
    options = TrainingOptions(epochs=1, batch_size=place.batch)
    feed = PixelFeed(place.files, TRANSFORM, AUGMENTATIONS["crop-flip"], 0)
    labels = labels_of(place)
    training = own_training(
        PlainNetwork(place).module,
        SPEC,
        feed,
        labels,
        options,
        planes=Planes(SPEC),
        world=World(device=torch.device(place.device)),
        precision=place.precision,
    )
    return len(labels) / training.run(SilentProgress()).history[-1].seconds


def compare(place: Place, source: str) -> None:
    """How near the device's features are to those of the CPU in fp32, and what a probe on them answers."""
    few = place.files[:200]
    digests = fingerprint_files(few).digests
    exact: NDArray[np.float32] | None = None
    choices = [EngineChoice("torch", "fp32", "cpu", "the reference"), *map(place.choice, place.precisions)]
    for choice in choices:
        made = build_extractor(SPEC, choice, transform=TRANSFORM, layer="penultimate", cache=place.scratch / "equality")
        rows = made.extract(few, digests).features
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        exact = rows if exact is None else exact
        cosines = (rows * exact).sum(axis=1)
        probed = regraft.probe(
            source, quality="fast", engine="torch", precision=choice.precision, device=choice.device,
            runs=place.scratch / "runs" / f"{choice.device}-{choice.precision}-{os.getpid()}",
        )  # fmt: skip
        print(
            f"{choice.fingerprint:<18} cosine to the CPU's fp32: mean {cosines.mean():.6f}, least {cosines.min():.6f}; "
            f"a probe on {Path(source).name}: {probed.assessment.accuracy}"
        )


if __name__ == "__main__":
    main()
