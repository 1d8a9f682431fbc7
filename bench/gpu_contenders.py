"""What `gpu.py` holds Regraft against: the network alone in several ways, timm's pipeline, nvJPEG, a plain epoch."""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import timm
import timm.data
import torch
from torch import nn

from own_training import N_CLASSES
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, EngineChoice, keep_weights, load_network, open_engine
from regraft.core import cache_folder, n_usable_cores
from regraft.features import backbone_transform
from rounds import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEC = BACKBONES[DEFAULT_BACKBONE]
TRANSFORM = backbone_transform(SPEC, "crop")
Contenders = dict[str, "Callable[[], float]"]


@dataclass(frozen=True)
class Place:
    """Where and how much is measured.

    Attributes:
        device: "cuda", or "cpu" as a stand-in.
        files: The photos.
        scratch: A folder for stores and runs.
        batch: Images of a training step.
        n_batches: Of inference alone.
    """

    device: Literal["cuda", "cpu"]
    files: list[Path]
    scratch: Path
    batch: int
    n_batches: int

    @property
    def precision(self) -> Literal["fp32", "bf16"]:
        """What is fast: few CPUs have bf16, and none emulates it in reasonable time."""
        return "bf16" if self.device == "cuda" else "fp32"

    @property
    def precisions(self) -> tuple[Literal["fp32", "bf16"], ...]:
        """All that are measured."""
        return ("fp32", "bf16") if self.device == "cuda" else ("fp32",)

    def autocast(self) -> torch.autocast:
        """Automatic mixed precision, where it is fast."""
        return torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bf16")

    def choice(self, precision: Literal["fp32", "bf16"]) -> EngineChoice:
        """Torch on the device."""
        return EngineChoice("torch", precision, self.device, "measured")

    def rate(self, work: Callable[[], object], n_images: int | None = None) -> float:
        """Images a second, all that was queued included."""

        def whole() -> None:
            work()
            if self.device == "cuda":
                torch.cuda.synchronize()

        return (len(self.files) if n_images is None else n_images) / seconds_of(whole)


class PlainNetwork:
    """The network without Regraft around it: planes in, features out."""

    def __init__(self, place: Place) -> None:
        weights, _digest = keep_weights(SPEC, cache_folder() / "weights")
        self.place = place
        self.module = load_network(SPEC, weights).eval().to(place.device).to(memory_format=torch.channels_last)

    def __call__(self, planes: torch.Tensor) -> torch.Tensor:
        """Features of (n, 3, h, w) planes."""
        with torch.no_grad(), self.place.autocast():
            features: torch.Tensor = self.module(planes)
        return features

    def planes(self, pixels: torch.Tensor) -> torch.Tensor:
        """uint8 (n, 3, h, w) on the device, normalised there."""
        return ((pixels.float() / 255 - 0.5) / 0.5).contiguous(memory_format=torch.channels_last)


def inferences(place: Place, network: PlainNetwork) -> Contenders:
    """The network alone on noise that lies on the device, in the ways that may pay."""
    size = place.batch * 4
    noise = torch.randint(0, 256, (size, 3, SPEC.image_size, SPEC.image_size), dtype=torch.uint8)
    planes = network.planes(noise.to(place.device))

    def rate(run: Callable[[], object], **flags: Any) -> float:
        def work() -> None:
            with torch.backends.cudnn.flags(enabled=True, **flags) if flags else contextlib.nullcontext():
                for _ in range(place.n_batches):
                    run()

        return place.rate(work, size * place.n_batches)

    engine = open_engine(SPEC, place.choice(place.precision), layer="penultimate", cache=cache_folder())
    batches = [noise.permute(0, 2, 3, 1).contiguous().numpy()] * place.n_batches
    stream = partial(place.rate, lambda: list(engine.stream(batches)), size * place.n_batches)
    contiguous = planes.contiguous()
    found: Contenders = {
        f"engine {place.precision}: inference alone, with copies": stream,
        "inference: eager, channels_last": partial(rate, lambda: network(planes)),
        "inference: eager, contiguous": partial(rate, lambda: network(contiguous)),
    }
    if place.device == "cuda":
        compiled = torch.compile(network.module, mode="max-autotune-no-cudagraphs")
        found["inference: cuDNN benchmark"] = partial(rate, lambda: network(planes), benchmark=True)
        found["inference: compiled"] = partial(rate, lambda: with_amp(compiled, planes))
        found["inference: CUDA graph"] = partial(rate, captured(network, planes))
    return found


def with_amp(module: Any, planes: torch.Tensor) -> torch.Tensor:
    """As `PlainNetwork` runs its own."""
    with torch.no_grad(), torch.autocast("cuda", torch.bfloat16):
        features: torch.Tensor = module(planes)
    return features


def captured(network: PlainNetwork, planes: torch.Tensor) -> Callable[[], object]:
    """The network's kernels as one graph, warmed up beside the main stream as CUDA asks for."""
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            network(planes)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        network(planes)
    return graph.replay


def nvjpeg(place: Place, network: PlainNetwork) -> float:
    """JPEGs decoded and resized on the GPU; the pixels are not bit for bit the CPU's."""
    vision: Any = importlib.import_module("torchvision.io")
    functional: Any = importlib.import_module("torchvision.transforms.v2.functional")
    edge = round(SPEC.image_size / SPEC.crop_fraction)

    def work() -> None:
        for start in range(0, len(place.files), 4 * place.batch):
            some = place.files[start : start + 4 * place.batch]
            read = [torch.from_numpy(np.fromfile(path, np.uint8)) for path in some]
            decoded = vision.decode_jpeg(read, mode=vision.ImageReadMode.RGB, device="cuda")
            sized = [functional.resize(each, [edge], antialias=True) for each in decoded]
            pixels = torch.stack([functional.center_crop(each, [SPEC.image_size] * 2) for each in sized])
            network(network.planes(pixels)).float().cpu()

    return place.rate(work)


def timm_pipelines(place: Place) -> Contenders:
    """Timm's evaluation pipeline with the same weights, without workers and with one on each core."""
    model = PlainNetwork(place)
    library: Any = timm.data
    config = library.resolve_model_data_config(timm.create_model(SPEC.architecture))
    wanted = {name: config[name] for name in ("input_size", "interpolation", "mean", "std", "crop_pct")}
    settings = {"batch_size": 4 * place.batch, "use_prefetcher": place.device == "cuda"}
    settings["pin_memory"] = place.device == "cuda"

    def contender(n_workers: int) -> Callable[[], float]:
        loader = library.create_loader(
            library.ImageDataset(str(place.files[0].parents[1])), **wanted, **settings,
            num_workers=n_workers, persistent_workers=n_workers > 0, device=torch.device(place.device),
        )  # fmt: skip

        def work() -> None:
            for batch, _labels in loader:
                model(batch.to(place.device).contiguous(memory_format=torch.channels_last)).float().cpu()

        return partial(place.rate, work)

    numbers = sorted({0, n_usable_cores()} if place.n_batches > 1 else {0})
    return {f"timm: DataLoader, {number} workers, AMP": contender(number) for number in numbers}


def plain_epoch(place: Place) -> float:
    """Images a second of what people write: DataLoader, torchvision's transforms, AMP, AdamW, after one step."""
    vision: Any = importlib.import_module("torchvision")
    datasets, transforms = vision.datasets, vision.transforms
    shape: Any = transforms.Compose(
        [transforms.RandomResizedCrop(SPEC.image_size), transforms.RandomHorizontalFlip(), transforms.PILToTensor()]
    )
    workers = n_usable_cores() if place.n_batches > 1 else 0
    loader: Any = torch.utils.data.DataLoader(
        datasets.ImageFolder(str(place.files[0].parents[1]), shape), place.batch, shuffle=True, num_workers=workers,
        pin_memory=place.device == "cuda",
    )  # fmt: skip
    body = PlainNetwork(place)
    model = nn.Sequential(body.module, nn.Linear(SPEC.n_features, N_CLASSES).to(place.device)).train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4)

    def epoch() -> None:
        for pixels, wanted in loader:
            planes = body.planes(pixels.to(place.device, non_blocking=True))
            with place.autocast():
                scores = model(planes)
            loss = nn.functional.cross_entropy(scores.float(), wanted.to(place.device, non_blocking=True))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    return place.rate(epoch)
