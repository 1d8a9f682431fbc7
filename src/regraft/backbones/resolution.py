"""From a name and perhaps a file to a backbone whose weights are known by their digest."""

from __future__ import annotations

import difflib
import json
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from regraft.backbones.catalog import BACKBONES
from regraft.backbones.lites import find_lite
from regraft.backbones.processes import ONE_AT_A_TIME
from regraft.backbones.specification import BackboneSpec, WeightsSource
from regraft.backbones.turns import taking_turns
from regraft.backbones.weight_packages import package_file
from regraft.backbones.weights import keep_weights
from regraft.core import (
    BackboneError,
    SilentProgress,
    atomic_path,
    digest_bytes,
    digest_file,
    kept_file,
    note_unkept,
    require_extra,
)

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress

_NO_TIMM = "none"


def resolve_backbone(
    name: str,
    *,
    cache: Path,
    checkpoint: Path | None = None,
    image_size: int | None = None,
    is_drawn: bool = False,
    random_seed: int = 0,
    progress: Progress | None = None,
) -> BackboneSpec:
    """Find a backbone and make sure that its digest is known.

    A name from the catalogue with known digest costs nothing. Anything else is worked out once, with
    torch and timm, and remembered in the cache: from there it is known without them, too.

    Args:
        name: From the catalogue, or any timm name.
        cache: The cache folder.
        checkpoint: A local file with weights for the architecture.
        image_size: Another input size than the backbone's own, in pixels.
        is_drawn: Draw the weights instead of using learnt ones; those of a network that has none are drawn in any case.
        random_seed: Of drawn weights.
        progress: Where to report.

    Raises:
        BackboneError: Nobody knows the name, or the weights cannot be had.
    """
    row = BACKBONES.get(name)
    is_drawn = is_drawn or (row is not None and row.is_untrained)
    if row is not None and not is_drawn and checkpoint is None and row.digest is not None:
        return row if image_size is None else row.model_copy(update={"image_size": image_size})
    if checkpoint is not None and not checkpoint.is_file():
        raise BackboneError(f"There is no checkpoint file at {checkpoint}.")
    source = _source(checkpoint, random_seed) if is_drawn or checkpoint is not None else None
    digest = digest_file(checkpoint) if checkpoint is not None else None
    asked = [name, source and source.kind, digest or (source and source.location), image_size]
    remembered = cache / "backbones" / f"{digest_bytes(json.dumps(asked).encode())[:32]}-{_timm_version()}.json"
    if (known := _recall(remembered)) is not None:
        return known
    progress = progress or SilentProgress()
    lock = f"backbones/{remembered.stem}.lock"
    turn = taking_turns(f"the weights of {name}", cache, lock, progress) if source is None else nullcontext()
    with ONE_AT_A_TIME, turn:
        if (known := _recall(remembered)) is None:
            known = _work_out(name, row, source, image_size, cache, progress=progress)
            _remember(known, remembered, cache)
    return known


def _timm_version() -> str:
    """What timm knows of a network depends on it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("timm")
    except PackageNotFoundError:
        return _NO_TIMM


def _recall(remembered: Path) -> BackboneSpec | None:
    """What this version of timm has known; where there is none, what any has."""
    key, _, timm = remembered.stem.partition("-")
    others = sorted(remembered.parent.glob(f"{key}-*.json")) if timm == _NO_TIMM else []
    for path in [remembered, *others]:
        with suppress(OSError, ValueError):
            return BackboneSpec.from_exact_json(path.read_bytes())
    return None


def _remember(spec: BackboneSpec, path: Path, cache: Path) -> None:
    try:
        with atomic_path(path) as aside:
            aside.write_text(spec.exact_json())
    except OSError as error:
        note_unkept(cache, error)


def resolve_own_network(
    name: str, *, cache: Path, checkpoint: Path | None = None, image_size: int | None = None, random_seed: int = 0
) -> BackboneSpec:
    """The network that the user's own function makes. Their code is run.

    Args:
        name: `FILE.py:function` or `package.module:function`.
        cache: The cache folder.
        checkpoint: Weights for it; None to draw them.
        image_size: Another input size than the declared one, in pixels.
        random_seed: Of drawn weights.

    Raises:
        OptionError: It cannot be imported.
        BackboneError: It makes no usable network, or the weights do not fit.
    """
    from regraft.backbones.own_networks import derive_own_spec

    with ONE_AT_A_TIME:
        spec = derive_own_spec(name, weights=_source(checkpoint, random_seed), image_size=image_size)
        _path, digest = keep_weights(spec, cache / "weights")
    return spec.model_copy(update={"digest": digest})


def is_offline(spec: BackboneSpec, cache: Path) -> bool:
    """Whether the weights are on this machine: in the cache or in an installed package."""
    if spec.is_untrained:
        return True
    if spec.digest is not None and kept_file(cache / "weights", f"{spec.digest}.safetensors") is not None:
        return True
    return spec.weights.kind == "package" and package_file(spec.weights) is not None


def _source(checkpoint: Path | None, random_seed: int) -> WeightsSource:
    """Where weights come from that are not the network's usual ones: a file, or nowhere."""
    if checkpoint is not None:
        return WeightsSource(kind="file", location=str(checkpoint))
    return WeightsSource(kind="random", location=str(random_seed))


def _work_out(
    name: str,
    row: BackboneSpec | None,
    source: WeightsSource | None,
    image_size: int | None,
    cache: Path,
    *,
    progress: Progress,
) -> BackboneSpec:
    if row is None or source is None or source.kind == "random" or find_lite(row) is None:
        require_extra("torch", f"The backbone {name}{_meant(name)}")
    if row is None:
        from regraft.backbones.networks import derive_spec

        spec = derive_spec(name, image_size=image_size)
    else:
        spec = row.model_copy(update={"image_size": image_size or row.image_size})
    if source is not None:
        spec = spec.model_copy(update={"weights": source, "digest": None})
    if source is not None and source.kind == "random":
        spec = spec.model_copy(update={"top1": None})
    if spec.family == "built-in" and spec.image_size != BACKBONES[name].image_size:
        spec = _measured(spec)
    _path, digest = keep_weights(spec, cache / "weights", progress=progress)
    return spec.model_copy(update={"digest": digest})


def _meant(name: str) -> str:
    """A guess at a mistyped name of those networks that need no torch."""
    near = difflib.get_close_matches(name, [row for row in BACKBONES if find_lite(BACKBONES[row])], n=1, cutoff=0.8)
    return f" (did you mean {near[0]}?)" if near and near[0] != name else ""


def _measured(spec: BackboneSpec) -> BackboneSpec:
    """A small network's record at another size than its own."""
    import torch

    from regraft.backbones.architectures import build_network

    network = build_network(spec)
    with torch.no_grad():
        features = network(torch.zeros(1, spec.n_channels, spec.image_size, spec.image_size))
    n_parameters = sum(parameter.numel() for parameter in network.parameters())
    return spec.model_copy(update={"n_features": int(features.shape[1]), "n_parameters": n_parameters})
