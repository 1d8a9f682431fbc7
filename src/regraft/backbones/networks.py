"""timm's architectures: creation, and putting weights into them. The only module that imports timm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.backbones.catalog import BACKBONES
from regraft.backbones.counterparts import COUNTERPARTS
from regraft.backbones.specification import BackboneSpec, WeightsSource
from regraft.backbones.tensor_files import require_fit
from regraft.core import BackboneError, OptionError, quoted, read_tensor_header, shortened

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from torch import nn


def create_network(
    architecture: str,
    *,
    pretrained: Path | dict[str, torch.Tensor] | None = None,
    image_size: int | None = None,
    drop_path: float = 0.0,
) -> nn.Module:
    """A timm network with its classifier, on the CPU, in evaluation mode.

    Args:
        architecture: timm's name, with or without a weights tag.
        pretrained: timm's published weights, as tensors or as a file that only the network's own code can read.
        image_size: Input size in pixels, where it is not the architecture's own.
        drop_path: Largest probability that a training step leaves out a residual block (Huang et al. 2016).

    Raises:
        BackboneError: timm does not know the name, or the network cannot have this size.
        OptionError: It has no residual blocks to leave out.
    """
    resized: dict[str, Any] = (
        {} if image_size is None or image_size == _own_size(architecture) else {"img_size": image_size}
    )
    if resized and not _is_size_fixed(architecture):
        resized = {}
    if drop_path:
        _check_drop_path(architecture, drop_path)
        resized["drop_path_rate"] = drop_path
    source = _as_source(pretrained)
    network = _create(architecture, **source, **resized)
    if getattr(network, "dynamic_img_size", False):
        # The input has one size here; resampling embeddings at run time cannot be converted.
        network = _create(architecture, **source, **resized, dynamic_img_size=False)
    return network.eval()


def _create(architecture: str, **settings: Any) -> nn.Module:
    """timm's, with a sentence for a size that the network cannot have."""
    import timm

    try:
        network: nn.Module = timm.create_model(architecture, **settings)
    except (AssertionError, TypeError, ValueError) as error:
        if "img_size" not in settings:
            raise
        raise wrong_size(architecture, settings["img_size"], error) from error
    return network


def _check_drop_path(architecture: str, drop_path: float) -> None:
    """See that a network has blocks that a step can leave out; without memory for its weights."""
    import timm
    import torch

    try:
        with torch.device("meta"):
            network = timm.create_model(architecture, drop_path_rate=drop_path)
    except TypeError:  # its constructor has no such setting
        network = None
    if network is None or not any("DropPath" in type(part).__name__ for part in network.modules()):
        raise OptionError(
            f"{architecture} has no residual blocks that --drop-path could leave out. Leave the option out; --dropout "
            "works for every network."
        )


def wrong_size(architecture: str, image_size: int, error: Exception) -> BackboneError:
    """What to say of a network that fails with images of a size."""
    reason = shortened(str(error).strip().partition("\n")[0], 160)
    return BackboneError(
        f"{architecture} cannot take images of {image_size} pixels ({reason}). Its own size is "
        f"{_own_size(architecture)}: leave --image-size out, or take a multiple of 32 that is not much smaller."
    )


def _as_source(pretrained: Path | dict[str, torch.Tensor] | None) -> dict[str, Any]:
    """What makes timm load weights that are here already, and ask nobody."""
    if pretrained is None:
        return {"pretrained": False}
    if isinstance(pretrained, dict):
        overlay: dict[str, Any] = {"state_dict": pretrained, "custom_load": False}
    else:
        overlay = {"file": str(pretrained), "custom_load": True}
    return {"pretrained": True, "pretrained_cfg_overlay": overlay}


def load_timm_weights(network: nn.Module, state: dict[str, torch.Tensor], architecture: str) -> None:
    """Put weights into a network without a classifier; a classifier's among them are left out.

    Raises:
        BackboneError: They do not fit the architecture.
    """
    classifier = _classifier_prefixes(getattr(network, "pretrained_cfg", {}))
    kept = {name: tensor for name, tensor in _resampled(state, network).items() if not name.startswith(classifier)}
    missing, unexpected = network.load_state_dict(kept, strict=False)
    require_fit(architecture, missing, unexpected)


def classifier_size(spec: BackboneSpec, weights: Path) -> int | None:
    """Classes of the classifier that lies in a file of weights; None where there is none.

    Args:
        spec: The backbone.
        weights: A safetensors file with timm's names.
    """
    if spec.family != "timm":
        return None
    biases = [f"{prefix}bias" for prefix in _classifier_prefixes(pretrained_record(spec.architecture))]
    entries = read_tensor_header(weights).entries
    return next((entries[name].shape[0] for name in biases if name in entries), None)


def derive_spec(name: str, *, image_size: int | None = None) -> BackboneSpec:
    """What timm knows about a network, as a spec.

    Args:
        name: timm's name ("resnet50", "vit_small_patch14_dinov2.lvd142m").
        image_size: Input size in pixels; None for the one that the weights were trained with.

    Raises:
        BackboneError: timm does not know the name, or the input cannot have this size.
    """
    import timm

    record = pretrained_record(name)
    size = image_size or int(record["input_size"][-1])
    network = create_network(name, image_size=size)
    network.reset_classifier(0)  # type: ignore[operator]
    if size != _own_size(name):
        _try_size(network, name, size)
    n_features = int(getattr(network, "head_hidden_size", None) or network.num_features)  # type: ignore[arg-type]
    return BackboneSpec(
        name=name,
        architecture=name,
        weights=WeightsSource(kind="hub", location=str(record.get("hf_hub_id") or name)),
        image_size=size,
        crop_fraction=float(record["crop_pct"]),
        interpolation=record["interpolation"],
        mean=tuple(record["mean"]),
        std=tuple(record["std"]),
        n_parameters=sum(parameter.numel() for parameter in network.parameters()),
        n_features=n_features,
        licence=record.get("license"),
        source=f"timm {timm.__version__}",
    )


def _try_size(network: nn.Module, name: str, size: int) -> None:
    """See that a picture of this size comes through."""
    import torch

    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, size, size))
    except (AssertionError, RuntimeError, ValueError) as error:
        raise wrong_size(name, size, error) from error


def timm_optimizer_names() -> list[str]:
    """Names of timm's optimizers."""
    from timm.optim import list_optimizers  # type: ignore[attr-defined]

    return [str(name) for name in list_optimizers()]


def create_timm_optimizer(
    name: str, groups: list[dict[str, Any]], *, momentum: float, **settings: Any
) -> torch.optim.Optimizer:
    """One of timm's optimizers on parameter groups with rates of their own.

    Args:
        name: One of `timm_optimizer_names()`.
        groups: torch's groups, each with `params` and its `lr`.
        momentum: Of those optimizers that have one.
        **settings: By timm's own names.
    """
    from timm.optim import create_optimizer_v2  # type: ignore[attr-defined]

    return create_optimizer_v2(groups, opt=name, lr=groups[0]["lr"], momentum=momentum, **settings)


def pretrained_record(name: str) -> dict[str, Any]:
    """Timm's record of a network's published weights.

    Args:
        name: timm's name, with or without a weights tag.

    Raises:
        BackboneError: timm does not know it.
    """
    import difflib

    import timm

    architecture = name.partition(".")[0]
    if not timm.is_model(architecture):
        near = difflib.get_close_matches(name, [*BACKBONES, *timm.list_models()], n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See: regraft backbones"
        if (counterpart := COUNTERPARTS.get(name)) is not None:
            hint = f"It is TF-Slim's name. {counterpart.advice}"
        raise BackboneError(f"There is no backbone called {quoted(name)}, here or in timm. {hint}")
    tags = [model for model in timm.list_pretrained(f"{architecture}*") if model.partition(".")[0] == architecture]
    if "." in name and name not in tags:
        raise BackboneError(f"timm has no weights {quoted(name)}. It has: {', '.join(tags) or 'none'}.")
    record = timm.models.get_pretrained_cfg(name)
    if record is None:
        raise BackboneError(f"timm has no record of how pictures must be prepared for {quoted(name)}.")
    return dict(record.to_dict())  # type: ignore[no-untyped-call]


def _own_size(architecture: str) -> int:
    return int(pretrained_record(architecture)["input_size"][-1])


def _is_size_fixed(architecture: str) -> bool:
    return bool(pretrained_record(architecture).get("fixed_input_size"))


def _classifier_prefixes(record: dict[str, Any]) -> tuple[str, ...]:
    """What the names of a classifier's tensors begin with, from timm's record of the network."""
    classifier = record.get("classifier") or ()
    return tuple(f"{name}." for name in ([classifier] if isinstance(classifier, str) else classifier))


def _resampled(state: dict[str, Any], network: nn.Module) -> dict[str, Any]:
    """Fit a ViT's position embedding to another input size, as timm does when it loads weights."""
    wanted = network.state_dict().get("pos_embed")
    stored = state.get("pos_embed")
    if wanted is None or stored is None or wanted.shape == stored.shape:
        return state
    from timm.layers import resample_abs_pos_embed  # type: ignore[attr-defined]

    grid = network.patch_embed.grid_size  # type: ignore[union-attr]
    n_prefix = int(getattr(network, "num_prefix_tokens", 0)) if not getattr(network, "no_embed_class", False) else 0
    return {**state, "pos_embed": resample_abs_pos_embed(stored, new_size=list(grid), num_prefix_tokens=n_prefix)}  # type: ignore[arg-type]
