"""`regraft doctor`: what this machine offers, and what Regraft makes of it."""

from __future__ import annotations

import os
import shutil

from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, accelerator, choose_engine, cpu_has_bf16, is_offline
from regraft.core import VERB_EXTRAS, MissingExtraError, Value, cache_folder, has_extra, is_writable, n_usable_cores
from regraft.experiments import installed_versions, processor_name
from regraft.finetuning import HAS_COMPILED_GRADIENT
from regraft.images import HAS_COMPILED_RESAMPLING


class DoctorResult(Value):
    """Facts about the machine and the installation, and sentences about what is missing."""

    processor: str
    n_cores: int
    has_bf16: bool
    accelerator: str | None
    engine: str
    engine_reason: str
    cache: str
    cache_free_bytes: int
    default_backbone: str
    torch: str
    versions: dict[str, str]
    problems: tuple[str, ...]


def doctor() -> DoctorResult:
    """Look at the machine; nothing is changed."""
    choice = choose_engine()
    folder = cache_folder()
    existing = next(place for place in (folder, *folder.parents) if os.path.exists(place))  # noqa: PTH110 - never raises
    free = shutil.disk_usage(existing).free
    versions = installed_versions()
    return DoctorResult(
        processor=processor_name(),
        n_cores=n_usable_cores(),
        has_bf16=cpu_has_bf16(),
        accelerator=accelerator(),
        engine=f"{choice.engine} {choice.precision} on {choice.device}",
        engine_reason=choice.reason,
        cache=str(folder),
        cache_free_bytes=free,
        default_backbone=DEFAULT_BACKBONE,
        torch=_torch(versions["torch"]),
        versions=versions,
        problems=tuple(_problems(free)),
    )


def _problems(free: int) -> list[str]:
    problems = []
    if not is_offline(BACKBONES[DEFAULT_BACKBONE], cache_folder()):
        problems.append(f"The weights of {DEFAULT_BACKBONE} are missing. Install Regraft again with pip.")
    if not has_extra("demo"):
        problems.append(str(MissingExtraError("The demonstration", "demo")))
    if not HAS_COMPILED_RESAMPLING:
        problems.append(
            "Images are resized at a quarter of the speed: Regraft was installed from source without a C compiler. "
            "Install one, then Regraft again."
        )
    if has_extra("torch") and not HAS_COMPILED_GRADIENT:
        problems.append(
            "Depthwise convolutions are trained at a fraction of the speed: Regraft was installed from source without "
            "a C compiler. Install one, then Regraft again."
        )
    if not is_writable(cache_folder()):
        problems.append("The cache cannot be written: nothing is kept. Choose another place with REGRAFT_CACHE.")
    if free < 1 << 30:
        problems.append("There is less than 1 GB free for the cache. Choose another place with REGRAFT_CACHE.")
    return problems


def _torch(version: str) -> str:
    """What trains networks; or what is not there to do it."""
    if has_extra("torch"):
        return f"installed ({version})"
    return str(MissingExtraError(f"Training ({', '.join(VERB_EXTRAS)}), like other networks and GPUs,", "torch"))
