"""Networks that users write themselves: loaded from their file, checked before anything is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from regraft.backbones.declaration import declared_input
from regraft.backbones.specification import BackboneSpec, WeightsSource
from regraft.core import (
    BackboneError,
    digest_file,
    explain_own_error,
    line_of,
    load_function,
    own_file,
    plural,
    shortened,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_N_NAMED = 3


def derive_own_spec(name: str, *, weights: WeightsSource, image_size: int | None = None) -> BackboneSpec:
    """Import the user's function, build the network once, and see that it can be used.

    Args:
        name: `FILE.py:function` or `package.module:function`. It is run.
        weights: Drawn, or a checkpoint.
        image_size: Input size in pixels; None for the declared one.

    Raises:
        OptionError: It cannot be imported.
        BackboneError: It makes no usable network; the message names the user's line.
    """
    file = own_file(name)
    if file is None:
        raise BackboneError(f"There is no source file for {name}: give FILE.py:function or package.module:function.")
    function = load_function(name)
    declared = declared_input(function)
    if declared is None:
        raise BackboneError(
            f"{line_of(function)}: {name} does not say what images it takes. Write above it, for instance: "
            '@regraft.network_input(image_size=32, colour="grey")'
        )
    place, _, attribute = name.rpartition(":")
    spec = BackboneSpec(
        name=f"{file.stem}.{attribute}",
        family="own",
        architecture=f"{file if place.endswith('.py') else place}:{attribute}",
        code=digest_file(file),
        weights=weights,
        image_size=image_size or declared.image_size,
        colour=declared.colour,
        resize=declared.resize,
        crop_fraction=declared.crop_fraction,
        interpolation=declared.interpolation,
        mean=declared.mean,
        std=declared.std,
        n_parameters=0,
        n_features=1,
        source=str(file),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = _build(function, file)
        n_features = _check(network, spec, line_of(function), file)
    n_parameters = sum(parameter.numel() for parameter in network.parameters())
    return spec.model_copy(update={"n_features": n_features, "n_parameters": n_parameters})


def create_own_network(spec: BackboneSpec) -> nn.Module:
    """The network that a spec names, from the very file that the spec was made of.

    Raises:
        BackboneError: The file has changed since, or makes no network.
    """
    file = own_file(spec.architecture)
    if file is None or digest_file(file) != spec.code:
        raise BackboneError(
            f"The source of {spec.name} ({spec.architecture.rpartition(':')[0]}) is gone or was changed since the "
            "network was described."
        )
    return _build(load_function(spec.architecture), file)


def _build(function: Callable[..., Any], file: Path) -> nn.Module:
    try:
        network = function()
    except Exception as error:
        raise BackboneError(f"The network cannot be built: {explain_own_error(error, file)}") from error
    if not isinstance(network, nn.Module):
        raise BackboneError(
            f"{line_of(function)}: it must return a torch.nn.Module; it returned {shortened(repr(network), 60)}."
        )
    return network


def _check(network: nn.Module, spec: BackboneSpec, where: str, file: Path) -> int:
    """Run it forwards and backwards on random pixels; returns the length of its features."""
    shape = (2, spec.n_channels, spec.image_size, spec.image_size)
    try:
        features = network.train()(torch.randn(shape))
    except Exception as error:
        raise BackboneError(f"The network fails on images {shape}: {explain_own_error(error, file)}") from error
    if not isinstance(features, torch.Tensor) or features.dim() != 2 or len(features) != shape[0]:
        found = f"shape {tuple(features.shape)}" if isinstance(features, torch.Tensor) else type(features).__name__
        raise BackboneError(
            f"{where}: for images {shape} the network must give features (2, d), one row an image, without a last "
            f"layer for classes; it gave {found}. nn.Flatten() or a mean over positions at its end helps."
        )
    if not bool(torch.isfinite(features).all()):
        raise BackboneError(f"{where}: with fresh weights the network already gives NaN or infinity.")
    if features.requires_grad:
        (features * torch.randn_like(features)).sum().backward()  # type: ignore[no-untyped-call]
    unused = [name for name, part in network.named_parameters() if part.requires_grad and part.grad is None]
    if unused:
        raise BackboneError(
            f"{where}: {plural(len(unused), 'parameter')} of the network ({', '.join(unused[:_N_NAMED])}"
            f"{' ...' if len(unused) > _N_NAMED else ''}) take no part in what it gives: use them in forward, or "
            "leave them out."
        )
    return int(features.shape[1])
