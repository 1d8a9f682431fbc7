"""JPEG files to features: Regraft against timm's DataLoader pipeline, same network, same weights, one run.

Prints images per second of each contender in every round, the medians, the ratio to timm's best, and the limit: what
decoding alone and inference alone could do if they shared all cores and nobody ever waited.

    python bench/features.py            # 1,000 photos of 500 x 375, 5 rounds; about 3 minutes on 2 cores
    python bench/features.py --quick    # 16 photos, one round, fp32 only
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from photos import write_photos
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, choose_engine, keep_weights, open_engine
from regraft.core import cache_folder
from regraft.data import fingerprint_files
from regraft.features import FeatureStore, backbone_transform, build_extractor
from regraft.images import decode_batches
from rounds import in_turn, medians, new_parser, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from regraft.backbones import Engine, EngineChoice
    from regraft.features import Extractor

SPEC = BACKBONES[DEFAULT_BACKBONE]
PIXELS = "files to pixels: decoding alone"


@dataclass(frozen=True)
class Effort:
    """How much is measured; timm's slower settings see only the first `n_timm` photos."""

    n_photos: int = 1000
    n_timm: int = 300
    n_rounds: int = 5
    precisions: tuple[Literal["auto", "fp32"], ...] = ("auto", "fp32")


QUICK = Effort(n_photos=16, n_timm=2, n_rounds=1, precisions=("fp32",))


def main() -> None:
    """Measure and print."""
    parser = new_parser(__doc__)
    parser.add_argument("--photos", type=int, default=Effort.n_photos)
    parser.add_argument("--rounds", type=int, default=Effort.n_rounds)
    arguments = parser.parse_args()
    usual = Effort(n_photos=arguments.photos, n_rounds=arguments.rounds)
    report(measure(QUICK if arguments.quick else usual))


def measure(effort: Effort) -> dict[str, float]:
    """Run all contenders in turn, several rounds; the median images per second of each."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = write_photos(folder / "photos", n_photos=effort.n_photos, width=500, height=375)
        timm = {
            f"timm: DataLoader, {n} workers, channels_last": timm_contender(files[: effort.n_timm], n) for n in (0, 2)
        }
        ours: dict[str, Callable[[], float]] = {PIXELS: partial(decode_alone, files)}
        for choice in dict.fromkeys(choose_engine("openvino", wanted, "cpu") for wanted in effort.precisions):
            ours |= engine_contenders(choice, files, folder)
        return medians(in_turn(timm | ours, effort.n_rounds, unit="images/s"))


def report(medians: Mapping[str, float]) -> None:
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


def limit(medians: Mapping[str, float], precision: str) -> float:
    """Images per second if decoding and inference shared all cores, and nobody waited or disturbed the other."""
    return 1 / (1 / medians[PIXELS] + 1 / medians[f"engine {precision}: inference alone"])


def decode_alone(files: list[Path]) -> float:
    """Images a second."""
    transform = backbone_transform(SPEC, "crop")
    return len(files) / seconds_of(lambda: sum(len(batch.indices) for batch in decode_batches(files, transform)))


def engine_contenders(choice: EngineChoice, files: list[Path], scratch: Path) -> dict[str, Callable[[], float]]:
    """All of the work, and the network's part of it."""
    engine = open_engine(SPEC, choice, layer="penultimate", cache=cache_folder())
    transform = backbone_transform(SPEC, "crop")
    extractor = build_extractor(SPEC, choice, transform=transform, layer="penultimate", cache=cache_folder())
    extractor = extractor.opened_by(lambda: engine)
    return {
        f"regraft {choice.precision}: files to kept features": partial(extract, extractor, files, scratch),
        f"engine {choice.precision}: inference alone": partial(infer, engine, len(files)),
    }


def extract(extractor: Extractor, files: list[Path], scratch: Path) -> float:
    """Images a second, into an empty store."""
    with tempfile.TemporaryDirectory(dir=scratch) as store:
        fresh = replace(extractor, store=FeatureStore(Path(store)))

        def work() -> None:
            found = fresh.extract(files, fingerprint_files(files).digests)
            assert len(found.rows) == found.n_computed == len(files)

        return len(files) / seconds_of(work)


def infer(engine: Engine, n_images: int) -> float:
    """Images a second, whole batches of noise."""
    shape = (engine.batch_size, SPEC.image_size, SPEC.image_size, 3)
    batch = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    n_batches = n_images // engine.batch_size

    def work() -> None:
        for _features in engine.stream(batch for _ in range(n_batches)):
            pass

    return n_batches * engine.batch_size / seconds_of(work)


def timm_contender(files: list[Path], n_workers: int) -> Callable[[], float]:
    """Timm's own evaluation pipeline with the same weights."""
    import timm
    import timm.data
    import torch
    from safetensors.torch import load_file

    weights, _digest = keep_weights(SPEC, cache_folder() / "weights")
    model: Any = timm.create_model(SPEC.architecture)
    model.load_state_dict(load_file(weights))
    model.reset_classifier(0)
    model = model.eval().to(memory_format=torch.channels_last)
    library: Any = timm.data
    config = library.resolve_model_data_config(model)
    wanted = {name: config[name] for name in ("input_size", "interpolation", "mean", "std", "crop_pct")}
    settings = {"batch_size": 32, "use_prefetcher": False, "num_workers": n_workers, "device": torch.device("cpu")}
    dataset = library.ImageDataset(str(files[0].parents[1]))
    listed = {str(path) for path in files}
    dataset.reader.samples = [sample for sample in dataset.reader.samples if sample[0] in listed]
    loader = library.create_loader(dataset, **wanted, **settings)

    def work() -> None:
        with torch.inference_mode():
            for batch, _labels in loader:
                model(batch.contiguous(memory_format=torch.channels_last))

    return lambda: len(files) / seconds_of(work)


if __name__ == "__main__":
    main()
