"""`regraft backbones`: which pretrained networks there are."""

from __future__ import annotations

from regraft.backbones import BACKBONES, is_offline, needed_extra
from regraft.core import Value, cache_folder


class BackboneRow(Value):
    """One recommended backbone, as it is listed."""

    name: str
    n_parameters: int
    image_size: int
    n_features: int
    top1: float | None
    licence: str | None
    is_offline: bool
    extra: str | None
    is_untrained: bool
    source: str | None


def list_backbones() -> tuple[BackboneRow, ...]:
    """The recommended backbones.

    `is_offline` tells whether the weights are on this machine already; `extra`, what has to be installed for them.
    """
    cache = cache_folder()
    return tuple(
        BackboneRow(
            name=spec.name,
            n_parameters=spec.n_parameters,
            image_size=spec.image_size,
            n_features=spec.n_features,
            top1=spec.top1,
            licence=spec.licence,
            is_offline=is_offline(spec, cache),
            extra=needed_extra(spec),
            is_untrained=spec.is_untrained,
            source=spec.source,
        )
        for spec in (BACKBONES[name] for name in BACKBONES)
    )
