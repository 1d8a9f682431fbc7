"""JPEG files to features: Regraft against timm's DataLoader pipeline, same network, same weights, one run.

Prints images per second of each contender in every round, the medians, the ratio to timm's best, and the limit: what
decoding alone and inference alone could do if they shared all cores and nobody ever waited.

    python bench/features.py            # 1,000 photos of 500 x 375, 5 rounds; about 3 minutes on 2 cores
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photos import write_photos
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, choose_engine, keep_weights, open_engine
from regraft.core import cache_folder
from regraft.data import fingerprint_files
from regraft.features import FeatureStore, backbone_transform, build_extractor
from regraft.images import decode_batches

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.features import Extractor

SPEC = BACKBONES[DEFAULT_BACKBONE]
PIXELS = "files to pixels: decoding alone"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--timm-photos", type=int, default=300, help="timm's slower settings see only the first of them"
    )
    arguments = parser.parse_args()
    report(measure(arguments.photos, arguments.rounds, arguments.timm_photos))


def measure(n_photos: int = 1000, n_rounds: int = 5, n_timm: int = 300) -> dict[str, float]:
    """Run all contenders in turn, several rounds; the median images per second of each."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = write_photos(folder / "photos", n_photos=n_photos, width=500, height=375)
        contenders = make_contenders(files, folder, n_timm)
        rates: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(n_rounds):
            for name, contender in contenders.items():
                n_images, seconds = contender()
                rates[name].append(n_images / seconds)
                print(f"round {number + 1}  {name:<42} {n_images / seconds:8.1f} images/s", flush=True)
    return {name: statistics.median(values) for name, values in rates.items()}


def report(medians: dict[str, float]) -> None:
    """Print medians and the figures that are asked for."""
    best_timm = max(rate for name, rate in medians.items() if name.startswith("timm"))
    print()
    for name, rate in medians.items():
        print(f"median   {name:<42} {rate:8.1f} images/s   {rate / best_timm:5.1f} x timm's best")
    for precision in ("bf16", "fp32"):
        if (name := f"regraft {precision}: files to kept features") in medians:
            most = limit(medians, precision)
            print(
                f"limit {precision}: {most:.0f} images/s, {most / best_timm:.1f} x timm's best; regraft reaches "
                f"{medians[name] / most:.0%} of it"
            )


def limit(medians: dict[str, float], precision: str) -> float:
    """Images per second if decoding and inference shared all cores, and nobody waited or disturbed the other."""
    return 1 / (1 / medians[PIXELS] + 1 / medians[f"engine {precision}: inference alone"])


def make_contenders(files: list[Path], scratch: Path, n_timm: int) -> dict[str, Callable[[], tuple[int, float]]]:
    """Everything that is timed, by name; each returns the number of images and the seconds."""
    contenders: dict[str, Callable[[], tuple[int, float]]] = {}
    for n_workers in (0, 2):
        contenders[f"timm: DataLoader, {n_workers} workers, channels_last"] = timm_contender(files[:n_timm], n_workers)

    def pixels() -> tuple[int, float]:
        began = time.perf_counter()
        n_images = sum(len(batch.indices) for batch in decode_batches(files, backbone_transform(SPEC, "crop")))
        return n_images, time.perf_counter() - began

    contenders[PIXELS] = pixels
    choices = [choose_engine("openvino", "auto", "cpu")]
    if choices[0].precision == "bf16":
        choices.append(choose_engine("openvino", "fp32", "cpu"))
    for choice in choices:
        engine = open_engine(SPEC, choice, layer="penultimate", cache=cache_folder())
        transform = backbone_transform(SPEC, "crop")
        usual = build_extractor(SPEC, choice, transform=transform, layer="penultimate", cache=cache_folder())

        def whole(usual: Extractor = usual, engine: object = engine) -> tuple[int, float]:
            with tempfile.TemporaryDirectory(dir=scratch) as store:
                extractor = replace(usual, open_engine=lambda: engine, store=FeatureStore(Path(store)))
                began = time.perf_counter()
                found = extractor.extract(files, fingerprint_files(files).digests)
                seconds = time.perf_counter() - began
            assert len(found.rows) == found.n_computed == len(files)
            return len(files), seconds

        def alone(engine: object = engine) -> tuple[int, float]:
            pixels = np.random.default_rng(0).integers(0, 256, (engine.batch_size, SPEC.image_size, SPEC.image_size, 3))
            batch = pixels.astype(np.uint8)
            n_batches = len(files) // engine.batch_size
            began = time.perf_counter()
            for _features in engine.stream(batch for _ in range(n_batches)):
                pass
            return n_batches * engine.batch_size, time.perf_counter() - began

        contenders[f"regraft {choice.precision}: files to kept features"] = whole
        contenders[f"engine {choice.precision}: inference alone"] = alone
    return contenders


def timm_contender(files: list[Path], n_workers: int) -> Callable[[], tuple[int, float]]:
    """Timm's own evaluation pipeline with the same weights."""
    import timm
    import torch
    from safetensors.torch import load_file
    from timm.data import ImageDataset, create_loader, resolve_model_data_config

    weights, _digest = keep_weights(SPEC, cache_folder() / "weights")
    model = timm.create_model(SPEC.architecture)
    model.load_state_dict(load_file(weights))
    model.reset_classifier(0)
    model = model.eval().to(memory_format=torch.channels_last)
    config = resolve_model_data_config(model)
    listed = {str(path) for path in files}

    def run() -> tuple[int, float]:
        dataset = ImageDataset(str(files[0].parents[1]))
        dataset.reader.samples = [sample for sample in dataset.reader.samples if sample[0] in listed]
        loader = create_loader(
            dataset,
            input_size=config["input_size"],
            batch_size=32,
            use_prefetcher=False,
            interpolation=config["interpolation"],
            mean=config["mean"],
            std=config["std"],
            num_workers=n_workers,
            crop_pct=config["crop_pct"],
            device=torch.device("cpu"),
        )
        n_images = 0
        began = time.perf_counter()
        with torch.inference_mode():
            for batch, _labels in loader:
                n_images += len(model(batch.contiguous(memory_format=torch.channels_last)))
        return n_images, time.perf_counter() - began

    return run


if __name__ == "__main__":
    main()
