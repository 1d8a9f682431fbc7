"""From a name and perhaps a file to a backbone whose weights are known by their digest."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from pydantic import ValidationError

from regraft.backbones.catalog import BACKBONES
from regraft.backbones.specification import BackboneSpec, WeightsSource
from regraft.backbones.weights import keep_weights, package_file
from regraft.core import BackboneError, atomic_path, digest_bytes, digest_file

if TYPE_CHECKING:
    from pathlib import Path


def resolve_backbone(
    name: str, *, cache: Path, checkpoint: Path | None = None, image_size: int | None = None
) -> BackboneSpec:
    """Find a backbone and make sure that its digest is known.

    A name from the catalogue with known digest costs nothing. Anything else is worked out once, with
    torch and timm, and remembered in the cache.

    Args:
        name: From the catalogue, or any timm name.
        cache: The cache folder.
        checkpoint: A local file with weights for the architecture.
        image_size: Another input size than the backbone's own, in pixels.

    Raises:
        BackboneError: Nobody knows the name, or the weights cannot be had.
    """
    row = BACKBONES.get(name)
    if row is not None and checkpoint is None and row.digest is not None:
        return row if image_size is None else row.model_copy(update={"image_size": image_size})
    if checkpoint is not None and not checkpoint.is_file():
        raise BackboneError(f"There is no checkpoint file at {checkpoint}.")
    source = "hub" if checkpoint is None else digest_file(checkpoint)
    key = digest_bytes(json.dumps([name, source, image_size, version("timm")]).encode())
    remembered = cache / "backbones" / f"{key[:32]}.json"
    try:
        return BackboneSpec.model_validate_json(remembered.read_bytes())
    except (OSError, ValidationError):
        spec = _work_out(name, row, checkpoint, image_size, cache)
    with atomic_path(remembered) as aside:
        aside.write_text(spec.model_dump_json(indent=2))
    return spec


def is_offline(spec: BackboneSpec, cache: Path) -> bool:
    """Whether the weights are on this machine: in the cache or in an installed package."""
    if spec.digest is not None and (cache / "weights" / f"{spec.digest}.safetensors").is_file():
        return True
    return spec.weights.kind == "package" and package_file(spec.weights) is not None


def _work_out(
    name: str, row: BackboneSpec | None, checkpoint: Path | None, image_size: int | None, cache: Path
) -> BackboneSpec:
    from regraft.backbones.networks import derive_spec

    if row is None:
        spec = derive_spec(name, checkpoint=checkpoint, image_size=image_size)
    else:
        update: dict[str, object] = {"image_size": image_size or row.image_size}
        if checkpoint is not None:
            update |= {"weights": WeightsSource(kind="file", location=str(checkpoint)), "digest": None}
        spec = row.model_copy(update=update)
    _path, digest = keep_weights(spec, cache / "weights")
    return spec.model_copy(update={"digest": digest})
