"""Tails: the part of a network that is trained, with a head on it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from regraft.backbones import Planes, cut_behind, stage_parameters
from regraft.finetuning import GraftedNetwork, discriminative_groups, own_groups
from regraft.grafting.boundary import keeps_statistics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from regraft.finetuning import GraftedHead, ParameterGroup
    from regraft.grafting.boundary import Boundary
    from regraft.grafting.finetune_options import FinetuneOptions
    from regraft.grafting.setup import Setup


def grow_tail(setup: Setup, boundary: Boundary, head: GraftedHead) -> GraftedNetwork:
    """A fresh copy of the network behind the cut, with a head on it."""
    spec = setup.data.spec
    if boundary.cut is None:
        body = copy.deepcopy(setup.network)
    else:
        body, _shape = cut_behind(setup.network, boundary.cut, spec)
    return GraftedNetwork(
        body,
        head,
        planes=Planes(spec) if boundary.cut is None else None,
        keep_statistics=keeps_statistics(setup.options, spec),
    )


def group_parameters(tail: GraftedNetwork, whole: nn.Module, options: FinetuneOptions) -> Sequence[ParameterGroup]:
    """Which of a tail's parameters learn at which rate: less far from the head, or as the user's function says.

    Args:
        tail: What is trained.
        whole: The network that it was cut from, which knows the stages.
        options: The rates.
    """
    if options.groups is not None:
        return own_groups(options.groups, tail, options)
    own = dict(tail.body.named_parameters())
    stages = {
        stage: [(name, own[name]) for name, _parameter in parameters if name in own]
        for stage, parameters in stage_parameters(whole).items()
    }
    return discriminative_groups([stage for stage in stages.items() if stage[1]], tail.head, options)
