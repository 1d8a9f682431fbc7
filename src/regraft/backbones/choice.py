"""What can run a backbone, and which of it is the best on this machine."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from regraft.backbones.openvino_door import openvino_core
from regraft.backbones.processes import require_own_threads
from regraft.core import OptionError, has_extra, require_extra

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

EngineName = Literal["auto", "openvino", "torch"]
Precision = Literal["auto", "fp32", "bf16"]
Device = Literal["auto", "cpu", "cuda", "mps"]


class Engine(Protocol):
    """Runs one layer of one backbone.

    Attributes:
        name: "openvino" or "torch".
        precision: "fp32" or "bf16".
        device: "cpu", "cuda" or "mps".
        batch_size: Images that it likes to get at once.
        n_features: Length of one image's feature vector.
    """

    name: str
    precision: str
    device: str
    batch_size: int
    n_features: int

    def stream(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Features of batches, in their order; the next batches are fetched while one is computed.

        Args:
            batches: Arrays (b, h, w, 3) uint8 with 1 <= b <= batch_size.

        Yields:
            Arrays (b, n_features) float32, one for each batch.
        """


@dataclass(frozen=True, eq=False)
class TappedBlock:
    """A block of an image's features before it is pooled.

    Attributes:
        kind: How it becomes features: "mean", "std" or "max" over positions, or "all" of it. "penultimate" is what a
            network's last pooling takes; some networks go on behind that.
        values: (channels, h, w) float32 where it lies in rows and columns, else of any shape.
    """

    kind: str
    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TappedImage:
    """An image's features and what they are pooled from.

    Attributes:
        features: (d,) float32.
        blocks: One for each block of the layer, in its order.
    """

    features: NDArray[np.float32]
    blocks: tuple[TappedBlock, ...]


class MapEngine(Protocol):
    """Runs one layer of one backbone, and shows what it pools."""

    def compute(self, pixels: NDArray[np.uint8]) -> list[TappedImage]:
        """Features, and what they are pooled from.

        Args:
            pixels: (m, h, w, 3) uint8.

        Returns:
            One for each image.
        """


@dataclass(frozen=True)
class EngineChoice:
    """An engine, precision and device that exist on this machine, and why they were chosen."""

    engine: Literal["openvino", "torch"]
    precision: Literal["fp32", "bf16"]
    device: Literal["cpu", "cuda", "mps"]
    reason: str

    @property
    def fingerprint(self) -> str:
        """What a feature's bits depend on: part of the store's key."""
        return f"{self.engine}-{self.precision}-{self.device}"


def choose_engine(engine: EngineName = "auto", precision: Precision = "auto", device: Device = "auto") -> EngineChoice:
    """Settle on an engine; `auto` takes what is fastest on this machine.

    torch is imported only where the answer depends on it (an accelerator may be there, or is asked for).

    Raises:
        OptionError: The combination does not exist, or not on this machine.
        MissingExtraError: It is torch, which is not installed.
        BackboneError: The process was forked after a network had been used.
    """
    require_own_threads()
    if engine == "torch":
        require_extra("torch", "--engine torch")
    if engine == "openvino" and device in ("cuda", "mps"):
        raise OptionError(f"The OpenVINO engine runs on the CPU; for {device} use --engine torch.")
    chosen_device = _choose_device(engine, device)
    if chosen_device != "cpu":
        chosen = "bf16" if precision == "auto" and chosen_device == "cuda" else precision
        return EngineChoice(
            "torch", "fp32" if chosen == "auto" else chosen, chosen_device, f"torch on {chosen_device}: an accelerator"
        )
    if engine == "torch":
        return EngineChoice("torch", "fp32" if precision == "auto" else precision, "cpu", "torch on the CPU, as asked")
    has_bf16 = cpu_has_bf16()
    if precision == "auto":
        why = "bf16: the processor has it" if has_bf16 else "fp32: the processor has no fast bf16"
        return EngineChoice("openvino", "bf16" if has_bf16 else "fp32", "cpu", f"OpenVINO on the CPU; {why}")
    if precision == "bf16" and not has_bf16:
        raise OptionError("This processor has no fast bf16 (AVX512-BF16 or AMX). Use --precision fp32.")
    return EngineChoice("openvino", precision, "cpu", f"OpenVINO on the CPU; {precision} as asked")


def cpu_has_bf16() -> bool:
    """Whether OpenVINO can use bf16 instructions of this processor."""
    return "BF16" in openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def accelerator() -> Literal["cuda", "mps"] | None:
    """The accelerator that torch sees, if any. Imports torch only where there may be one."""
    from pathlib import Path

    if not has_extra("torch"):
        return None
    if platform.system() == "Darwin":
        import torch

        return "mps" if torch.backends.mps.is_available() else None
    if (
        platform.system() == "Linux"
        and not Path("/proc/driver/nvidia/version").exists()
        and not Path("/dev/dxg").exists()
    ):
        return None
    import torch

    return "cuda" if torch.cuda.is_available() else None


def _choose_device(engine: EngineName, device: Device) -> Literal["cpu", "cuda", "mps"]:
    if device == "cpu" or engine == "openvino":
        return "cpu"
    if device != "auto":
        require_extra("torch", f"--device {device}")
    found = accelerator()
    if device == "auto":
        return found or "cpu"
    if device != found:
        raise OptionError(f"There is no {device} device that torch can use on this machine. Use --device auto.")
    return device
